// Reads a request's credentials.
import { isAccessToken } from "#core/access/access-token.ts";
import { anonymous, type Caller } from "#core/access/caller.ts";
import { logIn, logInByToken } from "#core/access/log-in.ts";
import { readToken } from "#core/access/tokens.ts";
import { registryError } from "#oci/error.ts";
import type { AppContext, Surface } from "./environment.ts";
import { headOf, type RequestHead } from "./head.ts";
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
 * Who is asking.
 * @throws UNAUTHORIZED for credentials that are wrong; no credentials are the anonymous caller.
 */
export async function authenticate(c: AppContext, surface: Surface): Promise<Caller> {
  const caller = await identify(headOf(c, surface.around), surface);
  c.set("who", caller.account?.name ?? null);
  c.set("caller", caller);
  return caller;
}

/** The same for a request of which there is only the head. */
export async function identify(head: RequestHead, surface: Surface): Promise<Caller> {
  const from = clientAddress(head, surface.around);
  return { ...(await byCredentials(head, surface, from)), from };
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
function byBearer(ctx: Surface["ctx"], word: string, address: string): Promise<Caller> {
  return isAccessToken(word) ? logInByToken(ctx, word, address) : readToken(ctx, word);
}
