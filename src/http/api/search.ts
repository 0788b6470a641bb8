// Search, on DTR's paths: type-ahead over repositories and accounts, and what `docker search` shows.
import { z } from "@hono/zod-openapi";
import type { Caller } from "#core/access/caller.ts";
import { findAccounts, findRepositories } from "#core/search/search.ts";
import { registryError } from "#oci/error.ts";
import { type Declaring, declare, declareOpen } from "../declare.ts";
import type { Surface } from "../environment.ts";
import { accountAnswer, describeAccount } from "../enzi/forms.ts";
import { describeRepository, repositoryAnswer } from "./forms.ts";

const most = 100;

const autocompleteAnswer = z
  .object({ accountResults: z.array(accountAnswer), repositoryResults: z.array(repositoryAnswer) })
  .openapi("responses.Autocomplete");
const dockerSearchAnswer = z
  .object({
    num_results: z.number().int(),
    query: z.string(),
    results: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        is_official: z.boolean(),
        is_trusted: z.boolean(),
        star_count: z.number().int(),
      }),
    ),
  })
  .openapi("responses.DockerSearch");

export function searchRoutes(to: Declaring): void {
  const { surface } = to;
  const { ctx } = surface;
  declare(
    to,
    {
      method: "get",
      path: "/index/autocomplete",
      summary: "repositories and accounts whose names hold a text",
      query: z.object({
        query: z.string().optional(),
        includeRepositories: z.string().optional(),
        includeAccounts: z.string().optional(),
        namespace: z.string().optional(),
        limit: z.string().optional(),
      }),
      status: 200,
      answer: autocompleteAnswer,
    },
    async ({ c, caller }) => {
      const { query: text = "", namespace, limit: wanted = "25", includeRepositories, includeAccounts } = c.req.query();
      const limit = limitOf(wanted);
      const repositories =
        includeRepositories === "false" ? [] : await findRepositories(ctx, caller, { text, namespace, limit });
      const accounts = includeAccounts === "false" ? [] : await findAccounts(ctx, { text, limit });
      return {
        accountResults: accounts.map((row) => describeAccount(row, false)),
        repositoryResults: repositories.map((row) => describeRepository(row, { long: false })),
      };
    },
  );
  declareOpen(
    to,
    {
      method: "get",
      path: "/index/dockersearch",
      summary: "what docker search shows",
      query: z.object({ q: z.string().optional() }),
      status: 200,
      answer: dockerSearchAnswer,
    },
    ({ c, caller }) => dockerSearch(surface, caller, { text: c.req.query("q") ?? "", most: 25 }),
  );
}

/** Repositories that the caller sees, in docker's words. @param query.most as many at the most. */
export async function dockerSearch(
  { ctx }: Surface,
  caller: Caller,
  query: { text: string; most: number },
): Promise<z.infer<typeof dockerSearchAnswer>> {
  const limit = limitOf(String(query.most));
  const found = await findRepositories(ctx, caller, { text: query.text, limit });
  const results = found.map(({ path, shortDescription }) => ({
    name: path,
    description: shortDescription,
    is_official: false,
    is_trusted: false,
    star_count: 0,
  }));
  return { num_results: results.length, query: query.text, results };
}

/** @throws INVALID_PARAMETERS */
function limitOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw registryError("INVALID_PARAMETERS", "the limit must be a whole number from 0 on");
  return Math.min(Number(text) || most, most);
}
