// Access tokens, on DTR's path and with its quirks: POST and DELETE answer 200, and a list is a bare array.
import { z } from "@hono/zod-openapi";
import {
  type AccessTokenRow,
  changeAccessToken,
  createAccessToken,
  getAccessToken,
  pageAccessTokens,
  removeAccessToken,
  removeAccessTokens,
  type TokenForm,
} from "#core/accounts/access-tokens.ts";
import { registryError } from "#oci/error.ts";
import { type Declaring, declare } from "../declare.ts";
import type { AppContext } from "../environment.ts";
import { pageQuery, readPage } from "./request.ts";

export const tokenScope = z
  .object({
    repositories: z
      .string()
      .openapi({ description: "a pattern of full names: engineering/web-*", example: "engineering/web-*" }),
    actions: z.array(z.enum(["pull", "push", "delete", "*"])).min(1),
  })
  .openapi("berth.TokenScope");
const createForm = z
  .object({
    tokenLabel: z.string().max(200).optional(),
    /** Berth's own: when it ends by itself. */
    expiresAt: z.iso.datetime({ offset: true }).optional(),
    /** Berth's own: what it is good for at most. */
    scopes: z.array(tokenScope).min(1).max(20).optional(),
  })
  .openapi("forms.CreateAPIToken", { example: { tokenLabel: "build server" } });
const updateForm = z
  .object({ tokenLabel: z.string().max(200).optional(), isActive: z.boolean().optional() })
  .openapi("forms.UpdateAPIToken", { example: { tokenLabel: "build server", isActive: false } });

const fields = {
  hashedToken: z.string(),
  tokenLabel: z.string(),
  isActive: z.boolean(),
  generatedBy: z.string(),
  creatorUa: z.string(),
  createdAt: z.string(),
  lastUsed: z.string(),
  expiresAt: z.string().nullable(),
  scopes: z.array(tokenScope).nullable(),
};
export const tokenAnswer = z.object(fields).openapi("responses.APIToken");
export const newTokenAnswer = z.object({ ...fields, token: z.string() }).openapi("responses.NewAPIToken");

/** What DTR's clients read where nobody used it yet: Go's first moment. */
const never = "0001-01-01T00:00:00Z";

export function describeToken(row: AccessTokenRow): z.infer<typeof tokenAnswer> {
  const time = (text: string) => new Date(text).toISOString();
  return {
    hashedToken: row.hash,
    tokenLabel: row.label,
    isActive: row.isActive,
    generatedBy: row.generatedBy,
    creatorUa: row.creatorAgent,
    createdAt: time(row.createdAt),
    lastUsed: row.lastUsedAt === null ? never : time(row.lastUsedAt),
    expiresAt: row.expiresAt === null ? null : time(row.expiresAt),
    scopes: row.scopes as z.infer<typeof tokenAnswer>["scopes"],
  };
}

/** What was asked of a token that is to be made. */
export function tokenFormOf(c: AppContext, form: z.infer<typeof createForm>): TokenForm {
  return {
    label: form.tokenLabel ?? "",
    creatorAgent: c.req.header("user-agent") ?? "",
    expiresAt: form.expiresAt === undefined ? null : new Date(form.expiresAt),
    scopes: form.scopes ?? null,
  };
}

export function accessTokenRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const path = "/api_tokens";
  const one = { path: `${path}/{hashedtoken}`, params: z.object({ hashedtoken: z.string() }), status: 200 } as const;
  const user = z.object({ username: z.string().optional() });
  declare(
    to,
    {
      method: "get",
      path,
      summary: "access tokens",
      query: pageQuery.extend(user.shape),
      status: 200,
      answer: z.array(tokenAnswer),
    },
    async ({ c, caller }) => {
      const { after, limit } = readPage(c);
      const found = await pageAccessTokens(ctx, caller, { user: c.req.query("username"), after, limit });
      c.header("X-Next-Page-Start", found.next ?? "");
      return found.items.map(describeToken);
    },
  );
  declare(
    to,
    {
      method: "post",
      path,
      summary: "make an access token: it is told in this answer alone",
      query: user,
      form: createForm,
      status: 200,
      answer: newTokenAnswer,
    },
    async ({ c, caller, form }) => {
      const read = async () => tokenFormOf(c, await form());
      const { row, token } = await createAccessToken(ctx, caller, c.req.query("username"), read);
      return { ...describeToken(row), token };
    },
  );
  declare(
    to,
    {
      method: "delete",
      path,
      summary: "end many access tokens",
      query: user.extend({ usedbefore: z.string().optional(), generatedby: z.string().optional() }),
      status: 200,
      answer: z.object({ deleted: z.number().int() }),
    },
    async ({ c, caller }) => {
      const text = c.req.query("usedbefore");
      const usedBefore = text ? new Date(text) : null;
      if (usedBefore && Number.isNaN(usedBefore.getTime()))
        throw registryError("INVALID_PARAMETERS", "usedbefore must be a time such as 2026-01-31T00:00:00Z");
      const generatedBy = c.req.query("generatedby") || "auto";
      return {
        deleted: await removeAccessTokens(ctx, caller, { user: c.req.query("username"), generatedBy, usedBefore }),
      };
    },
  );
  declare(to, { ...one, method: "get", summary: "one access token", answer: tokenAnswer }, async ({ caller, param }) =>
    describeToken(await getAccessToken(ctx, caller, param("hashedtoken"))),
  );
  declare(
    to,
    { ...one, method: "patch", summary: "rename, rest or use again", form: updateForm, answer: tokenAnswer },
    async ({ caller, param, form }) => {
      const read = async () => {
        const { tokenLabel, isActive } = await form();
        return { ...(tokenLabel !== undefined && { label: tokenLabel }), ...(isActive !== undefined && { isActive }) };
      };
      return describeToken(await changeAccessToken(ctx, caller, param("hashedtoken"), read));
    },
  );
  declare(to, { ...one, method: "delete", summary: "end an access token" }, async ({ caller, param }) => {
    await removeAccessToken(ctx, caller, param("hashedtoken"));
    return {};
  });
}
