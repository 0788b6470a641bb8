// Trust rules: which tokens of which outside issuer stand for a service account, so that a build needs no stored secret.
import {
  deleteTrustRule,
  insertTrustRule,
  listTrustRules,
  type TrustRuleRow,
} from "#db/queries/accounts/trust-rules.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../../access/caller.ts";
import type { Needs } from "../../context.ts";
import { requireFuture } from "../../moment.ts";
import { type ChangeNeeds, changing } from "../change.ts";
import { reachServiceAccount, type ServiceAccountNames } from "./service-accounts.ts";

export type { TrustRuleRow };

const mostRules = 50;

/** Claims that say whose a token is. Without one of them a rule would trust everybody whom the issuer serves. */
const owningClaims = [
  "sub",
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "project_id",
  "project_path",
  "namespace_id",
  "namespace_path",
] as const;

export interface TrustRuleForm {
  issuer: string;
  audience: string;
  claims: Record<string, string>;
  tokenSeconds: number;
  expiresAt: Date | null;
}

/** All of one service account: they are few. */
export async function showTrustRules(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames,
): Promise<TrustRuleRow[]> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  return listTrustRules(ctx.db, robot.id);
}

/** @throws as reachServiceAccount, INVALID_PARAMETERS. */
export async function createTrustRule(
  ctx: ChangeNeeds & Needs<"egress">,
  caller: Caller,
  names: ServiceAccountNames,
  form: () => Promise<TrustRuleForm>,
): Promise<TrustRuleRow> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const rule = await form();
  requireGoodRule(ctx, rule);
  const id = crypto.randomUUID();
  const told = { type: "trust.create" as const, object: robot.name, detail: { id, ...rule } };
  const made = await changing(ctx, caller, told, (tx, now) =>
    insertTrustRule(tx, { ...rule, id, accountId: robot.id, now }, mostRules),
  );
  if (!made) throw registryError("INVALID_PARAMETERS", `a service account has ${mostRules} trust rules at most`);
  return made;
}

/** @throws INVALID_PARAMETERS, with what to do. */
function requireGoodRule(ctx: Needs<"clock" | "egress">, { issuer, claims, expiresAt }: TrustRuleForm): void {
  const problem = /[?#]/.test(issuer) ? "it has no place for ? and #" : ctx.egress.problem(issuer);
  if (problem) throw registryError("INVALID_PARAMETERS", `issuer: ${problem}`);
  if (!owningClaims.some((name) => Object.hasOwn(claims, name)))
    throw registryError(
      "INVALID_PARAMETERS",
      `claims: say whose tokens are meant, by one of ${owningClaims.join(", ")}`,
    );
  const patterned = Object.entries(claims).find(([, value]) => value.includes("*"));
  if (patterned)
    throw registryError(
      "INVALID_PARAMETERS",
      `claims: ${patterned[0]} is compared letter by letter: * stands for nothing else`,
    );
  requireFuture(ctx, expiresAt);
}

/** Ends a rule, and every token that was given by it. @throws as reachServiceAccount, NO_SUCH_TRUST_RULE. */
export async function removeTrustRule(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  id: string,
): Promise<void> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const told = { type: "trust.delete" as const, object: robot.name, detail: { id } };
  const gone = await changing(ctx, caller, told, (tx) => deleteTrustRule(tx, robot.id, id));
  if (!gone) throw registryError("NO_SUCH_TRUST_RULE");
}
