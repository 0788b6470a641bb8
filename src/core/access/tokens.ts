// Access tokens: what they say, how they are made and read. ES256, short-lived, bound to immutable ids.
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { findRepository } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import { parseRepositoryName } from "#oci/name.ts";
import type { Scope } from "#oci/scope.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { boundBy, stillUsable } from "./access-token.ts";
import { asOf } from "./as-of.ts";
import type { Caller, Grant } from "./caller.ts";
import { may } from "./may.ts";
import { pathIn, rememberedAccount } from "./reach.ts";
import type { VerifiedToken } from "./token-memory.ts";

const issuer = "berth";
/** Keeps a token below 4 KiB, which every proxy lets through; the client asks again for what is missing. */
const maxAccessLength = 2600;
const leewaySeconds = 60;

/** An access token and what it holds. */
export interface IssuedToken {
  token: string;
  expiresInSeconds: number;
  issuedAt: Date;
  granted: Scope[];
}

type TokenNeeds = Needs<"db" | "clock" | "keys" | "installationId" | "limits" | "facts" | "tokens">;

/** The form of a grant inside the token: the specification's fields, and the ids that count. */
interface AccessClaim {
  type: string;
  name: string;
  actions: string[];
  id?: string;
  namespace?: string | null;
}

/** Makes a token with as much of the asked scopes as the caller may have; the rest is silently left out. */
export async function issueToken(ctx: TokenNeeds, caller: Caller, scopes: readonly Scope[]): Promise<IssuedToken> {
  const access: AccessClaim[] = [];
  for (const scope of scopes) {
    const claim = await grantScope(ctx, caller, scope);
    if (claim) access.push(claim);
    if (JSON.stringify(access).length <= maxAccessLength) continue;
    access.pop();
    break;
  }
  const issuedAt = ctx.clock.now();
  const { kid, key } = await ctx.keys.signing();
  const seconds = Math.floor(issuedAt.getTime() / 1000);
  const token = await new SignJWT({ access, ...(caller.via !== undefined && { via: caller.via }) })
    .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
    .setIssuer(issuer)
    .setSubject(caller.account?.id ?? "")
    .setAudience(ctx.installationId)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(Math.floor(plusSeconds(issuedAt, ctx.limits.tokenSeconds).getTime() / 1000))
    .setJti(crypto.randomUUID())
    .sign(key);
  const granted = access.map(({ type, name, actions }) => ({ type, name, actions }));
  return { token, expiresInSeconds: ctx.limits.tokenSeconds, issuedAt, granted };
}

async function grantScope(ctx: Needs<"db">, caller: Caller, scope: Scope): Promise<AccessClaim | null> {
  if (scope.type === "registry" && scope.name === "catalog")
    return { type: "registry", name: "catalog", actions: ["*"] };
  if (scope.type !== "repository") return null;
  let namespace: string;
  try {
    namespace = parseRepositoryName(scope.name).namespace;
  } catch {
    return null;
  }
  const repository = await findRepository(ctx.db, scope.name);
  if (!repository) {
    const account = await findAccountByName(ctx.db, namespace);
    const name = pathIn(account, scope.name);
    if (!(await may(caller, { on: "namespace", action: "create", account, name }))) return null;
    const actions = expand(scope.actions);
    return { type: "repository", name: scope.name, actions, namespace: account?.id ?? null };
  }
  const actions: string[] = [];
  for (const action of expand(scope.actions)) {
    const question = action === "*" ? "administer" : action;
    if (question !== "pull" && question !== "push" && question !== "delete" && question !== "administer") continue;
    if (await may(caller, { on: "repository", action: question, repository })) actions.push(action);
  }
  return actions.length > 0 ? { type: "repository", name: scope.name, actions, id: repository.id } : null;
}

/** `*` asks for everything, and whoever may not have everything gets what he may. */
function expand(actions: readonly string[]): string[] {
  return actions.includes("*")
    ? ["pull", "push", "delete", "*"]
    : actions.filter((a) => ["pull", "push", "delete"].includes(a));
}

/**
 * Reads a token and finds its account as it is now.
 * @param from where the request came from.
 * @throws UNAUTHORIZED (invalid_token) when it is malformed, expired, for another installation, or its account is gone.
 */
export async function readToken(ctx: TokenNeeds, token: string, from: string): Promise<Caller> {
  const verified = ctx.tokens.recall(token) ?? (await verify(ctx, token));
  if (!verified) throw registryError("UNAUTHORIZED", "invalid token", undefined, { challengeError: "invalid_token" });
  const found = verified.accountId === null ? null : await rememberedAccount(ctx, verified.accountId);
  if (verified.accountId !== null && !found?.isActive)
    throw registryError("UNAUTHORIZED", "invalid token", undefined, { challengeError: "invalid_token" });
  const account = found && asOf(found, ctx.clock.now());
  const { via, grants } = verified;
  // Made for the password alone, before there was a second factor.
  if (via === null && account?.hasSecondFactor)
    throw registryError("UNAUTHORIZED", "invalid token", undefined, { challengeError: "invalid_token" });
  if (via === null) return { account, grants, how: "bearer", from };
  const behind = await stillUsable(ctx, via);
  if (!behind) throw registryError("UNAUTHORIZED", "invalid token", undefined, { challengeError: "invalid_token" });
  return { account, grants, how: "bearer", via, from, ...boundBy(behind.scopes) };
}

function toGrant(claim: AccessClaim): Grant {
  if (claim.type === "registry") return { type: "catalog", actions: claim.actions };
  if (claim.id !== undefined)
    return { type: "repository", repositoryId: claim.id, name: claim.name, actions: claim.actions };
  return { type: "new-repository", namespaceId: claim.namespace ?? null, name: claim.name, actions: claim.actions };
}

/** What another version of this program wrote in another form grants nothing. */
function isAccessClaim(claim: Partial<AccessClaim> | null): claim is AccessClaim {
  return typeof claim?.type === "string" && typeof claim.name === "string" && Array.isArray(claim.actions);
}

async function verify(ctx: TokenNeeds, token: string): Promise<VerifiedToken | null> {
  if (token.length > 16_384) return null;
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    if (alg !== "ES256" || typeof kid !== "string") return null;
    const key = await ctx.keys.verifying(kid);
    if (!key) return null;
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["ES256"],
      issuer,
      audience: ctx.installationId,
      currentDate: ctx.clock.now(),
      clockTolerance: leewaySeconds,
      requiredClaims: ["exp", "iat", "nbf", "sub", "jti"],
    });
    const access = Array.isArray(payload.access) ? payload.access.filter(isAccessClaim) : [];
    const untilMs = ((payload.exp as number) + leewaySeconds) * 1000;
    const fromMs = ((payload.nbf as number) - leewaySeconds) * 1000;
    const via = typeof payload.via === "string" ? payload.via : null;
    const verified = { accountId: payload.sub || null, grants: access.map(toGrant), via, fromMs, untilMs };
    ctx.tokens.remember(token, verified);
    return verified;
  } catch (error) {
    if ((error as { code?: unknown }).code?.toString().startsWith("ERR_J")) return null;
    if (error instanceof TypeError) return null;
    throw error;
  }
}
