// What teams and users may on the repositories of a namespace whose names fit a pattern.
import { z } from "@hono/zod-openapi";
import { grantPattern, pagePatterns, removePattern } from "#core/grants/pattern-access.ts";
import { type Declaring, declare } from "../declare.ts";
import { describePattern, levelOf, patternAnswer, patternForm, patternsAnswer } from "./access-forms.ts";
import { pageQuery, readPage } from "./request.ts";

export function patternAccessRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const path = "/repositoryNamespaces/{namespace}/patternAccess";
  const params = z.object({ namespace: z.string() });
  declare(
    to,
    {
      method: "get",
      path,
      params,
      query: pageQuery,
      summary: "grants on the repositories of a namespace whose names fit a pattern",
      status: 200,
      answer: patternsAnswer,
    },
    async ({ c, caller, param }) => {
      const { items, next } = await pagePatterns(ctx, caller, param("namespace"), readPage(c));
      c.header("X-Next-Page-Start", next ?? "");
      return { patternAccessList: items.map(describePattern) };
    },
  );
  declare(
    to,
    {
      method: "post",
      path,
      params,
      summary: "grant a team or a user something on a pattern",
      form: patternForm,
      status: 201,
      answer: patternAnswer,
    },
    async ({ caller, param, form }) => {
      const wanted = async () => {
        const { pattern, team, user, ...level } = await form();
        return { pattern, team, user, ...levelOf(level) };
      };
      return describePattern(await grantPattern(ctx, caller, param("namespace"), wanted));
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: `${path}/{id}`,
      params: params.extend({ id: z.string() }),
      summary: "take a grant on a pattern away",
      status: 204,
    },
    ({ caller, param }) => removePattern(ctx, caller, { namespace: param("namespace"), id: param("id") }),
  );
}
