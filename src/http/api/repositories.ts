// Repositories in the management API: list, create, look, change, delete.
import { z } from "@hono/zod-openapi";
import { type Caller, listerOf } from "#core/access/caller.ts";
import { changeRepository, deleteRepository, getRepository } from "#core/repositories/change.ts";
import { createRepository } from "#core/repositories/create.ts";
import { pageRepositories } from "#core/repositories/list.ts";
import type { RepositoryChange } from "#core/repositories/repository.ts";
import { registryError } from "#oci/error.ts";
import { type Declaring, declare, declareOpen } from "../declare.ts";
import type { AppContext, Surface } from "../environment.ts";
import {
  createRepositoryForm,
  describeRepository,
  repositoriesAnswer,
  repositoryAnswer,
  updateRepositoryForm,
} from "./forms.ts";
import { readPage } from "./request.ts";

const inNamespace = z.object({ namespace: z.string() });
const oneParams = inNamespace.extend({ reponame: z.string() });
const pageQuery = z.object({
  pageStart: z.string().optional(),
  pageSize: z.string().optional(),
  count: z.string().optional(),
});

export function repositoryRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const lists = { method: "get", query: pageQuery, status: 200, answer: repositoriesAnswer } as const;
  const one = { path: "/repositories/{namespace}/{reponame}", params: oneParams } as const;
  declareOpen(
    to,
    { ...lists, path: "/repositories", summary: "repositories that the caller may see" },
    ({ c, caller }) => list(c, to.surface, caller),
  );
  declareOpen(
    to,
    { ...lists, path: "/repositories/{namespace}", params: inNamespace, summary: "repositories of a namespace" },
    ({ c, caller, param }) => list(c, to.surface, caller, param("namespace")),
  );
  declare(
    to,
    {
      method: "post",
      path: "/repositories/{namespace}",
      params: inNamespace,
      summary: "create a repository",
      form: createRepositoryForm,
      status: 201,
      answer: repositoryAnswer,
    },
    async ({ caller, param, form }) => {
      const wanted = await form();
      const place = { namespace: param("namespace"), name: wanted.name };
      return describeRepository(await createRepository(ctx, caller, { ...place, ...changes(wanted) }), { long: true });
    },
  );
  declareOpen(
    to,
    { ...one, method: "get", summary: "one repository", status: 200, answer: repositoryAnswer },
    async ({ caller, param }) =>
      describeRepository(await getRepository(ctx, caller, pathOf(param), "pull"), { long: true }),
  );
  declare(
    to,
    {
      ...one,
      method: "patch",
      summary: "change a repository",
      form: updateRepositoryForm,
      status: 200,
      answer: repositoryAnswer,
    },
    async ({ caller, param, form }) => {
      const read = async () => changes(await form());
      return describeRepository(await changeRepository(ctx, caller, pathOf(param), read), { long: true });
    },
  );
  declare(to, { ...one, method: "delete", summary: "delete a repository", status: 204 }, ({ caller, param }) =>
    deleteRepository(ctx, caller, pathOf(param)),
  );
}

function pathOf(param: (name: string) => string): string {
  return `${param("namespace")}/${param("reponame")}`;
}

async function list(c: AppContext, { ctx }: Surface, caller: Caller, namespace?: string): Promise<unknown> {
  const found = await pageRepositories(ctx, listerOf(caller, ctx.clock.now()), {
    ...readPage(c),
    ...(namespace === undefined ? {} : { namespace }),
  });
  c.header("X-Next-Page-Start", found.next ?? "");
  if (found.total !== null) c.header("X-Resource-Count", String(found.total));
  return { repositories: found.items.map((row) => describeRepository(row, { long: false })) };
}

type Form = z.infer<typeof updateRepositoryForm>;

/** What a form changes. @throws INVALID_PARAMETERS for a wish that this version cannot fulfil: silence would be a lie. */
function changes(form: Form): RepositoryChange {
  const { scanOnPush, enableManifestLists, name: _, ...change } = form as Form & { name?: string };
  const wishes = { scanOnPush: scanOnPush === true, enableManifestLists: enableManifestLists === true };
  const first = Object.entries(wishes).find(([, wished]) => wished)?.[0];
  if (first)
    throw registryError("INVALID_PARAMETERS", `${first} has no effect in this version of Berth: leave it off`, {
      field: first,
    });
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
