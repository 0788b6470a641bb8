// The secrets of a service account: access tokens that are used where a password is, and that take turns with an overlap.
import {
  type AccessTokenRow,
  deleteAccessToken,
  findAccessToken,
  insertAccessToken,
  listAccessTokens,
} from "#db/queries/accounts/access-tokens.ts";
import {
  countSecrets,
  deleteEndedTokens,
  endSecretsAt,
  type ServiceAccountRow,
} from "#db/queries/accounts/service-accounts.ts";
import type { Db } from "#db/queries/rows.ts";
import { hexOf } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { requirePattern } from "#oci/pattern.ts";
import { newAccessToken } from "../../access/access-token.ts";
import type { Caller } from "../../access/caller.ts";
import { sha256Of } from "../../access/oslo.ts";
import type { Needs } from "../../context.ts";
import { plusSeconds, requireFuture } from "../../moment.ts";
import type { TokenForm } from "../access-tokens.ts";
import { type ChangeNeeds, changing } from "../change.ts";
import { type Paged, pageAfter } from "../page.ts";
import { reachServiceAccount, type ServiceAccountNames } from "./service-accounts.ts";

/** A secret as it is made: nobody can be told the token again. */
export interface NewSecret {
  row: AccessTokenRow;
  token: string;
}

const mostSecrets = 100;
/** Those that were given for tokens of outside issuers included. */
const mostTokens = 100_000;

/** Newest first. */
export async function pageSecrets(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames,
  page: { after: string; limit: number },
): Promise<Paged<AccessTokenRow>> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  return pageAfter(
    page.limit,
    (secret) => secret.hash,
    (limit) => listAccessTokens(ctx.db, { accountId: robot.id, after: page.after, limit }),
  );
}

/** @throws as reachServiceAccount, INVALID_PARAMETERS. */
export async function createSecret(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  form: () => Promise<TokenForm>,
): Promise<NewSecret> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  return makeSecret(ctx, caller, robot, await form(), async () => ({}));
}

/** Makes a secret and lets those before it end after the overlap, both or neither. @throws as createSecret. */
export async function rotateSecrets(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  form: () => Promise<TokenForm & { overlapSeconds: number }>,
): Promise<NewSecret> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const { overlapSeconds, ...secret } = await form();
  return makeSecret(ctx, caller, robot, secret, async (tx, now) => {
    const ending = await endSecretsAt(tx, robot.id, plusSeconds(now, overlapSeconds));
    return { rotated: { overlapSeconds, ending } };
  });
}

/** @param before is done before the secret is there. @returns what the event says of it. */
async function makeSecret(
  ctx: ChangeNeeds,
  caller: Caller,
  robot: ServiceAccountRow,
  { label, creatorAgent, expiresAt, scopes }: TokenForm,
  before: (tx: Db, now: Date) => Promise<Record<string, unknown>>,
): Promise<NewSecret> {
  requireFuture(ctx, expiresAt);
  for (const { repositories } of scopes ?? []) requirePattern(repositories);
  const token = newAccessToken();
  const hash = await sha256Of(token);
  const detail: Record<string, unknown> = { label, hash: hexOf(hash), expiresAt, scopes };
  const told = { type: "token.create" as const, object: robot.name, detail };
  const agent = creatorAgent.slice(0, 200);
  const secret = { hash, accountId: robot.id, label, generatedBy: "manual", creatorAgent: agent, expiresAt, scopes };
  const row = await changing(ctx, caller, told, async (tx, now) => {
    Object.assign(detail, await before(tx, now));
    await deleteEndedTokens(tx, robot.id, now);
    if ((await countSecrets(tx, robot.id)) >= mostSecrets)
      throw registryError("INVALID_PARAMETERS", `a service account has ${mostSecrets} secrets at most: end some first`);
    return (await insertAccessToken(tx, { ...secret, now }, mostTokens)) ? findAccessToken(tx, hexOf(hash)) : null;
  });
  if (!row) throw registryError("NO_SUCH_SERVICE_ACCOUNT");
  return { row, token };
}

/** Ends a secret, and what docker got for it. @throws as reachServiceAccount, NO_SUCH_API_TOKEN. */
export async function removeSecret(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  hash: string,
): Promise<void> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const row = await findAccessToken(ctx.db, hash);
  if (row?.accountId !== robot.id) throw registryError("NO_SUCH_API_TOKEN");
  const told = { type: "token.delete" as const, object: robot.name, detail: { hash, label: row.label } };
  const gone = await changing(ctx, caller, told, async (tx) => (await deleteAccessToken(tx, hash)) || null);
  if (!gone) throw registryError("NO_SUCH_API_TOKEN");
}
