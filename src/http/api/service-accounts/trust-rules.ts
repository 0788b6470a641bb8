// The trust rules of a service account.
import { z } from "@hono/zod-openapi";
import {
  createTrustRule,
  removeTrustRule,
  showTrustRules,
  type TrustRuleRow,
} from "#core/accounts/service-accounts/trust-rules.ts";
import { type Declaring, declare } from "../../declare.ts";
import { named, oneParams, onePath } from "./path.ts";

const path = `${onePath}/trustRules`;

const text = z.string().min(1).max(500);
const form = z
  .strictObject({
    /** As the tokens' `iss` has it. */
    issuer: text,
    audience: text,
    /** Claims by name, with the exact text that each must have; one of them says whose tokens are meant. */
    claims: z.record(z.string().min(1).max(100), text).refine((claims) => Object.keys(claims).length <= 20, {
      message: "a rule has 20 claims at most",
    }),
    /** How long what is given for a token holds: five minutes to twelve hours; an hour when it is not said. */
    tokenSeconds: z.number().int().min(300).max(43_200).optional(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .openapi("forms.CreateTrustRule", {
    example: {
      issuer: "https://token.actions.githubusercontent.com",
      audience: "https://registry.example.com",
      claims: { sub: "repo:acme/app:ref:refs/heads/main" },
    },
  });
const answer = z
  .object({
    id: z.string(),
    issuer: z.string(),
    audience: z.string(),
    claims: z.record(z.string(), z.string()),
    tokenSeconds: z.number().int(),
    createdAt: z.string(),
    lastUsed: z.string().nullable(),
    expiresAt: z.string().nullable(),
  })
  .openapi("responses.TrustRule");

function describe({ accountId: _, lastUsedAt, createdAt, expiresAt, ...row }: TrustRuleRow): z.infer<typeof answer> {
  const time = (at: string | null) => (at === null ? null : new Date(at).toISOString());
  return { ...row, createdAt: time(createdAt) as string, lastUsed: time(lastUsedAt), expiresAt: time(expiresAt) };
}

export function trustRuleRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  declare(
    to,
    {
      method: "get",
      path,
      params: oneParams,
      summary: "whose tokens stand for a service account",
      status: 200,
      answer: z.object({ trustRules: z.array(answer) }),
    },
    async (asked) => ({ trustRules: (await showTrustRules(ctx, asked.caller, named(asked))).map(describe) }),
  );
  declare(
    to,
    {
      method: "post",
      path,
      params: oneParams,
      summary: "let tokens of an outside issuer stand for a service account",
      form,
      status: 201,
      answer,
    },
    async (asked) => {
      const read = async () => {
        const { tokenSeconds = 3600, expiresAt, ...rule } = await asked.form();
        return { ...rule, tokenSeconds, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) };
      };
      return describe(await createTrustRule(ctx, asked.caller, named(asked), read));
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: `${path}/{rule}`,
      params: oneParams.extend({ rule: z.string() }),
      summary: "end a trust rule, and every token that was given by it",
      status: 204,
    },
    (asked) => removeTrustRule(ctx, asked.caller, named(asked), asked.param("rule")),
  );
}
