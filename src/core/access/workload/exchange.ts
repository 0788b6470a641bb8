// Gives a short-lived access token of a service account for a token of an outside issuer that a trust rule names.
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { deleteEndedTokens } from "#db/queries/accounts/service-accounts.ts";
import {
  findHoldingRules,
  type HoldingRule,
  insertWorkloadToken,
  isTrustedIssuer,
  useOutsideToken,
} from "#db/queries/accounts/trust-rules.ts";
import { insertEvent } from "#db/queries/events.ts";
import { hexOf } from "#oci/digest.ts";
import { RegistryError, registryError } from "#oci/error.ts";
import { noteFailedLogIn } from "../../audit/note.ts";
import type { Needs } from "../../context.ts";
import { plusSeconds } from "../../moment.ts";
import { newAccessToken } from "../access-token.ts";
import { sha256Of } from "../oslo.ts";
import { claimedIssuer, notTrusted, type OutsideToken, verifyOutsideToken } from "./outside-token.ts";

type ExchangeNeeds = Needs<"db" | "clock" | "egress" | "issuers" | "report" | "counters">;

/** Tokens that one rule may have given that still hold. */
const mostTokens = 10_000;

const credential = "workload token";

interface Shown {
  token: string;
  /** Which service account is meant; null: the only one that a rule gives for this token. */
  account: string | null;
  creatorAgent: string;
  address: string;
}

export interface WorkloadLogin {
  /** The service account's name. */
  account: string;
  token: string;
  expiresInSeconds: number;
}

/**
 * @throws UNAUTHORIZED when the token is not good, was used before, or no rule holds for it; INVALID_PARAMETERS when several
 * service accounts are meant; TOOMANYREQUESTS; UNAVAILABLE when the issuer cannot be asked for its keys.
 */
export async function exchangeOutsideToken(ctx: ExchangeNeeds, shown: Shown): Promise<WorkloadLogin> {
  try {
    return await exchange(ctx, shown);
  } catch (error) {
    const isWrong = error instanceof RegistryError && error.code === "UNAUTHORIZED";
    if (isWrong) noteFailedLogIn(ctx, { account: null, address: shown.address, credential });
    throw error;
  }
}

async function exchange(ctx: ExchangeNeeds, shown: Shown): Promise<WorkloadLogin> {
  const issuer = claimedIssuer(shown.token);
  if (issuer === null || !(await isTrustedIssuer(ctx.db, issuer, ctx.clock.now()))) throw notTrusted();
  const outside = await verifyOutsideToken(ctx, shown.token, issuer);
  const rule = await chooseRule(ctx, outside, shown.account);
  const token = newAccessToken();
  await give(ctx, { outside, rule, hash: await sha256Of(token), shown });
  return { account: rule.accountName, token, expiresInSeconds: rule.tokenSeconds };
}

async function chooseRule(ctx: ExchangeNeeds, outside: OutsideToken, account: string | null): Promise<HoldingRule> {
  const meant = account === null ? null : await findAccountByName(ctx.db, account);
  if (account !== null && !meant) throw noRule(ctx, outside, account);
  const rules = await findHoldingRules(ctx.db, { ...outside, accountId: meant?.id ?? null }, ctx.clock.now());
  const [rule] = rules;
  if (!rule) throw noRule(ctx, outside, account);
  if (rules.some(({ accountId }) => accountId !== rule.accountId))
    throw registryError(
      "INVALID_PARAMETERS",
      "say in `account` which service account is meant: several trust this token",
    );
  return rule;
}

function noRule(ctx: Needs<"report">, { issuer, audiences, claims }: OutsideToken, account: string | null) {
  ctx.report("info", "no trust rule holds for a token", { issuer, audiences, subject: claims.sub, account });
  return registryError("UNAUTHORIZED", "no trust rule holds for the audience and the claims of this token");
}

async function give(
  ctx: ExchangeNeeds,
  { outside, rule, hash, shown }: { outside: OutsideToken; rule: HoldingRule; hash: Uint8Array; shown: Shown },
): Promise<void> {
  const now = ctx.clock.now();
  const label = (outside.claims.sub ?? "").slice(0, 200);
  const expiresAt = plusSeconds(now, rule.tokenSeconds);
  const creatorAgent = shown.creatorAgent.slice(0, 200);
  const { jti = null, sub = null } = outside.claims;
  const detail = { rule: rule.id, issuer: outside.issuer, subject: sub, jti, hash: hexOf(hash), expiresAt };
  await ctx.db.transaction(async (tx) => {
    if (!(await useOutsideToken(tx, outside.hash, outside.until)))
      throw registryError("UNAUTHORIZED", "the token was used before: ask the issuer for another");
    await deleteEndedTokens(tx, rule.accountId, now);
    if (!(await insertWorkloadToken(tx, { hash, rule, label, creatorAgent, expiresAt, now }, mostTokens)))
      throw registryError("TOOMANYREQUESTS", `a trust rule gives ${mostTokens} tokens at most that hold at once`);
    const who = { actorId: rule.accountId, actorName: rule.accountName, credential, address: shown.address };
    const told = { type: "workload.login" as const, object: rule.accountName, repositoryId: null };
    await insertEvent(tx, { ...told, ...who, at: now, detail });
  });
}
