// Repositories in the management API: list, create, look, change, delete.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { listerOf } from "#core/access/caller.ts";
import { changeRepository, deleteRepository, getRepository } from "#core/repositories/change.ts";
import { createRepository } from "#core/repositories/create.ts";
import { pageRepositories } from "#core/repositories/list.ts";
import type { RepositoryChange } from "#core/repositories/repository.ts";
import { registryError } from "#oci/error.ts";
import { authenticate } from "../authenticate.ts";
import type { AppContext, AppEnv, Surface } from "../environment.ts";
import {
  changeErrorAnswers as changeErrors,
  createRepositoryForm,
  describeRepository,
  errorAnswers as errors,
  json,
  repositoriesAnswer,
  repositoryAnswer,
  updateRepositoryForm,
} from "./forms.ts";
import { readJson, readPage } from "./request.ts";

const namespaceParam = z.object({ namespace: z.string() });
const nameParams = z.object({
  namespace: z.string(),
  reponame: z.string().openapi({ description: "one path segment: a slash is written %2F" }),
});
const pageQuery = z.object({
  pageStart: z.string().optional(),
  pageSize: z.string().optional(),
  count: z.string().optional(),
});
const tags = ["repositories"];

const listAll = createRoute({
  method: "get",
  path: "/repositories",
  tags,
  request: { query: pageQuery },
  responses: { 200: json(repositoriesAnswer, "all that the caller may see"), ...errors },
});
const listSome = createRoute({
  method: "get",
  path: "/repositories/{namespace}",
  tags,
  request: { params: namespaceParam, query: pageQuery },
  responses: { 200: json(repositoriesAnswer, "those of a namespace"), ...errors },
});
const create = createRoute({
  method: "post",
  path: "/repositories/{namespace}",
  tags,
  request: { params: namespaceParam, body: json(createRepositoryForm, "the new repository") },
  responses: { 201: json(repositoryAnswer, "created"), ...changeErrors },
});
const look = createRoute({
  method: "get",
  path: "/repositories/{namespace}/{reponame}",
  tags,
  request: { params: nameParams },
  responses: { 200: json(repositoryAnswer, "the repository"), ...errors },
});
const change = createRoute({
  method: "patch",
  path: "/repositories/{namespace}/{reponame}",
  tags,
  request: { params: nameParams, body: json(updateRepositoryForm, "what changes") },
  responses: { 200: json(repositoryAnswer, "as it is now"), ...changeErrors },
});
const remove = createRoute({
  method: "delete",
  path: "/repositories/{namespace}/{reponame}",
  tags,
  request: { params: nameParams },
  responses: { 204: { description: "deleted" }, ...changeErrors },
});

export function repositoryRoutes(surface: Surface): OpenAPIHono<AppEnv> {
  const { ctx } = surface;
  const app = new OpenAPIHono<AppEnv>({ strict: false });
  // Bodies and queries are read by the handlers, so that their errors have DTR's form; the schemas are the same.
  app.openAPIRegistry.registerPath(listAll);
  for (const route of [listSome, create, look, change, remove]) app.openAPIRegistry.registerPath(route);
  app.get("/repositories", (c) => list(c, surface));
  app.get("/repositories/:namespace", (c) => list(c, surface, c.req.param("namespace")));
  app.post("/repositories/:namespace", async (c) => {
    c.set("route", "/api/v0/repositories/{namespace}");
    const caller = await authenticate(c, surface);
    // Nobody's body is worth reading.
    if (!caller.account) throw registryError("NOT_AUTHENTICATED");
    const form = await readJson(c, surface.around, createRepositoryForm);
    const made = await createRepository(ctx, caller, {
      namespace: c.req.param("namespace"),
      name: form.name,
      ...changes(form),
    });
    return c.json(describeRepository(made, { long: true }), 201);
  });
  app.get("/repositories/:namespace/:reponame", async (c) => {
    const caller = await authenticate(c, surface);
    return c.json(describeRepository(await getRepository(ctx, caller, pathOf(c), "pull"), { long: true }));
  });
  app.patch("/repositories/:namespace/:reponame", async (c) => {
    const caller = await authenticate(c, surface);
    const path = pathOf(c);
    await getRepository(ctx, caller, path, "administer");
    const form = await readJson(c, surface.around, updateRepositoryForm);
    return c.json(describeRepository(await changeRepository(ctx, caller, path, changes(form)), { long: true }));
  });
  app.delete("/repositories/:namespace/:reponame", async (c) => {
    const caller = await authenticate(c, surface);
    await deleteRepository(ctx, caller, pathOf(c));
    return c.body(null, 204);
  });
  return app;
}

function pathOf(c: AppContext): string {
  c.set("route", "/api/v0/repositories/{namespace}/{reponame}");
  return `${c.req.param("namespace")}/${c.req.param("reponame")}`;
}

async function list(c: AppContext, surface: Surface, namespace?: string): Promise<Response> {
  c.set("route", namespace === undefined ? "/api/v0/repositories" : "/api/v0/repositories/{namespace}");
  const caller = await authenticate(c, surface);
  const page = readPage(c);
  const found = await pageRepositories(surface.ctx, listerOf(caller, surface.ctx.clock.now()), {
    ...page,
    ...(namespace === undefined ? {} : { namespace }),
  });
  c.header("X-Next-Page-Start", found.next ?? "");
  if (found.total !== null) c.header("X-Resource-Count", String(found.total));
  return c.json({ repositories: found.items.map((row) => describeRepository(row, { long: false })) });
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
