// Reads a request's credentials.
import { isAccessToken } from "#core/access/access-token.ts";
import { anonymous, type Caller } from "#core/access/caller.ts";
import { logIn, logInByAddress, logInByToken } from "#core/access/log-in.ts";
import { readToken } from "#core/access/tokens.ts";
import { registryError } from "#oci/error.ts";
import type { AppContext, Surface } from "./environment.ts";
import { headOf, type RequestHead } from "./head.ts";
import { callerByCookie } from "./login/cookie.ts";
import { clientAddress } from "./origin.ts";

/** A name and a password. */
export interface BasicCredentials {
  name: string;
  password: string;
}

/** Reads `Authorization: Basic`, or returns null when there is none. @throws UNAUTHORIZED when it is malformed. */
export function findBasic(header: string | undefined): BasicCredentials | null {
  const given = /^basic(?: +(.*))?$/i.exec(header ?? "");
  if (!given) return null;
  try {
    const bytes = Uint8Array.from(atob((given[1] ?? "").trim()), (char) => char.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const colon = text.indexOf(":");
    if (colon >= 0) return { name: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    // Malformed: told below like a wrong password.
  }
  throw registryError("UNAUTHORIZED", "malformed Basic credentials");
}

/**
 * Who is asking an API that browsers ask, too. What the request says itself counts before what the browser adds to it.
 * @throws UNAUTHORIZED for credentials that are wrong; no credentials are the anonymous caller. NOT_AUTHORIZED as callerByCookie.
 */
export async function authenticate(c: AppContext, surface: Surface): Promise<Caller> {
  const head = headOf(c, surface.around);
  const from = clientAddress(head, surface.around);
  const inAddress = head.search.get("refresh_token");
  if (inAddress !== null) keepToItself(c);
  const found = head.header("authorization")
    ? await identify(head, surface)
    : inAddress
      ? await byAddress(head, surface, { token: inAddress, address: from })
      : ((await callerByCookie(head, surface)) ?? anonymous);
  const caller = { ...found, from };
  c.set("who", caller.account?.name ?? null);
  c.set("caller", caller);
  return caller;
}

/** DTR's clients put an access token into the address. @throws UNAUTHORIZED, also for what is no GET: a link must change nothing. */
async function byAddress(
  head: RequestHead,
  { ctx }: Surface,
  { token, address }: { token: string; address: string },
): Promise<Caller> {
  if (head.method !== "GET") throw registryError("UNAUTHORIZED", "refresh_token is for GET alone");
  return logInByAddress(ctx, token, address);
}

/** Nobody is to learn the address from this answer: no cache, and no page that is opened from it. */
function keepToItself(c: AppContext): void {
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
}

/** The same by the header alone, for what is no browser's, and of which there may be only the head. @throws UNAUTHORIZED. */
export async function identify(head: RequestHead, surface: Surface): Promise<Caller> {
  const from = clientAddress(head, surface.around);
  const caller = await byCredentials(head, surface, from);
  return caller.from === from ? caller : { ...caller, from };
}

async function byCredentials(head: RequestHead, { ctx }: Surface, address: string): Promise<Caller> {
  const header = head.header("authorization");
  if (!header) return anonymous;
  const bearer = /^bearer +(\S+) *$/i.exec(header);
  if (bearer) return byBearer(ctx, bearer[1] as string, address);
  const credentials = findBasic(header);
  if (credentials) return logIn(ctx, { ...credentials, address });
  throw registryError("UNAUTHORIZED", "use Basic or Bearer credentials");
}

/** DTR's clients show access tokens as Bearer, too. */
function byBearer(ctx: Surface["ctx"], word: string, from: string): Promise<Caller> {
  return isAccessToken(word) ? logInByToken(ctx, word, from) : readToken(ctx, word, from);
}
