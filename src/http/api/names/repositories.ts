// Renames of repositories, and the former names that are held for them.
import { z } from "@hono/zod-openapi";
import { listAliasesOf, pageHeldNames, releaseName } from "#core/repositories/aliases.ts";
import { renameRepository } from "#core/repositories/rename.ts";
import { type Declaring, declare } from "../../declare.ts";
import { describeRepository, repositoryAnswer } from "../forms.ts";
import { pageOfNames, pageQuery } from "../request.ts";
import { aliasAnswer, aliasesAnswer, describeAlias } from "./forms.ts";

const renameForm = z
  .strictObject({ namespace: z.string().min(1).max(100).optional(), name: z.string().min(1).max(255).optional() })
  .openapi("forms.RenameRepo");
const heldNamesAnswer = z
  .object({
    aliases: z.array(
      aliasAnswer.extend({
        repository: z.string().nullable().openapi({ description: "what it leads to; null where you may not see that" }),
      }),
    ),
  })
  .openapi("responses.HeldNames");

export function repositoryNameRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = "/repositories/{namespace}/{reponame}";
  const params = z.object({ namespace: z.string(), reponame: z.string() });
  const held = "/repositoryNamespaces/{namespace}/aliases";
  declare(
    to,
    {
      method: "post",
      path: `${one}/rename`,
      params,
      summary: "give a repository another name, another namespace, or both; the old name goes on leading to it",
      form: renameForm,
      status: 200,
      answer: repositoryAnswer,
    },
    async ({ caller, param, form }) => {
      const path = `${param("namespace")}/${param("reponame")}`;
      return describeRepository(await renameRepository(ctx, caller, path, form), { long: true });
    },
  );
  declare(
    to,
    {
      method: "get",
      path: `${one}/aliases`,
      params,
      summary: "the former names of a repository",
      status: 200,
      answer: aliasesAnswer,
    },
    async ({ caller, param }) => {
      const aliases = await listAliasesOf(ctx, caller, `${param("namespace")}/${param("reponame")}`);
      return { aliases: aliases.map((held) => describeAlias({ ...held, name: held.path })) };
    },
  );
  declare(
    to,
    {
      method: "get",
      path: held,
      params: z.object({ namespace: z.string() }),
      query: pageQuery,
      summary: "names that are held in a namespace for repositories that were renamed",
      status: 200,
      answer: heldNamesAnswer,
    },
    async ({ c, caller, param }) => {
      const { items, next } = await pageHeldNames(ctx, caller, param("namespace"), pageOfNames(c));
      c.header("X-Next-Page-Start", next ?? "");
      return {
        aliases: items.map((held) => ({ ...describeAlias(held), repository: held.repository?.path ?? null })),
      };
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: `${held}/{alias}`,
      params: z.object({ namespace: z.string(), alias: z.string() }),
      summary: "release a name that is held for a repository that was renamed",
      status: 204,
    },
    ({ caller, param }) => releaseName(ctx, caller, { namespace: param("namespace"), name: param("alias") }),
  );
}
