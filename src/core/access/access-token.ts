// Access tokens: words that people make for machines, used where a password is. A checksum tells secret scanners, and us, what is none.

import {
  type AccessTokenRow,
  findAccessToken,
  type TokenScope,
  useAccessToken,
} from "#db/queries/accounts/access-tokens.ts";
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { hexOf } from "#oci/digest.ts";
import { scopes } from "../cache/feed.ts";
import type { Needs } from "../context.ts";
import { asOf } from "./as-of.ts";
import type { AccountRow, Caller } from "./caller.ts";
import { randomWord, sha256Of } from "./oslo.ts";

const prefix = "berth_";
/** The prefix, 32 random bytes and the checksum, in base64url. */
const form = /^berth_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/;

export function newAccessToken(): string {
  const word = randomWord(32);
  return `${prefix}${word}${checksum(word)}`;
}

/** Whether the word is one of these by its form and its checksum: then it is no password. */
export function isAccessToken(word: string): boolean {
  return form.test(word) && checksum(word.slice(prefix.length, -8)) === word.slice(-8);
}

/** The caller whose token it is, if it can be used; with a name given only if it is that account's. */
export async function redeemAccessToken(
  ctx: Needs<"db" | "clock">,
  token: string,
  name: string | null,
): Promise<Caller | null> {
  const hash = await sha256Of(token);
  const now = ctx.clock.now();
  const found = await useAccessToken(ctx.db, hash, now);
  if (!found?.account.isActive || (name !== null && !(await isNameOf(ctx, found.account, name)))) return null;
  return callerBy(asOf(found.account, now), { via: hexOf(hash), scopes: found.scopes });
}

/** Whether the account has, or had, that name. */
async function isNameOf(ctx: Needs<"db">, account: AccountRow, name: string): Promise<boolean> {
  return account.name === name || (await findAccountByName(ctx.db, name))?.id === account.id;
}

/** Who shows a password's stand-in: bound by the scopes of the access token, where one stands behind it. */
export function callerBy(
  account: AccountRow,
  { via, scopes }: { via: string | null; scopes: TokenScope[] | null },
): Caller {
  const grants = scopes?.map(({ repositories, actions }) => ({
    type: "pattern" as const,
    pattern: repositories,
    actions,
  }));
  return { account, grants: grants ?? null, how: "basic", ...(via !== null && { via }), ...boundBy(scopes) };
}

/** What a token of these scopes may see. */
export function boundBy(scopes: TokenScope[] | null): { within?: string[] } {
  return scopes === null ? {} : { within: scopes.map(({ repositories }) => repositories) };
}

/** The access token behind another, if it is still one that can be used. */
export async function stillUsable(ctx: Needs<"db" | "clock" | "facts">, hash: string): Promise<AccessTokenRow | null> {
  const row = await ctx.facts.get(scopes.accessToken, hash, () => findAccessToken(ctx.db, hash));
  const isUsable = row?.isActive && (row.expiresAt === null || new Date(row.expiresAt) > ctx.clock.now());
  return isUsable ? row : null;
}

/** CRC-32 as zip has it, in hex. */
function checksum(text: string): string {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}
