// The session cookie: over https under a name that no other host can set; over plain http on this machine only, under another.
import { parse, serialize } from "hono/utils/cookie";
import type { Caller } from "#core/access/caller.ts";
import { type BegunSession, callerBySession, requireCsrfToken } from "#core/login/sessions.ts";
import { registryError } from "#oci/error.ts";
import type { AppContext, Surface, Surroundings } from "../environment.ts";
import type { RequestHead } from "../head.ts";
import { publicOrigin } from "../origin.ts";

/** How cookies go between this server and the client. */
interface CookieWay {
  /** Of the session, which scripts cannot read. */
  name: string;
  /** Of what pages of ours send back as `X-Csrf-Token`. */
  csrfName: string;
  secure: boolean;
}

const encrypted: CookieWay = { name: "__Host-berth", csrfName: "__Host-berth-csrf", secure: true };
const onThisMachine: CookieWay = { name: "berth-local", csrfName: "berth-local-csrf", secure: false };
const loopback = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;
const harmless = new Set(["GET", "HEAD", "OPTIONS"]);

/** Null where a cookie would travel in the clear. */
function findWay(head: RequestHead, around: Surroundings): CookieWay | null {
  const origin = publicOrigin(head, around);
  if (origin.startsWith("https://")) return encrypted;
  return loopback.test(origin) ? onThisMachine : null;
}

/** @throws NOT_AUTHORIZED where a cookie would travel in the clear, or the form is another site's. */
export function requireCookieWay(head: RequestHead, around: Surroundings): CookieWay {
  const way = findWay(head, around);
  if (!way)
    throw registryError(
      "NOT_AUTHORIZED",
      "a login with a cookie needs https, which a proxy in front must tell (BERTH_TRUSTED_PROXIES, BERTH_PUBLIC_URL)",
    );
  const from = head.header("origin");
  const site = head.header("sec-fetch-site");
  const host = (address: string) => address.replace(/^https?:\/\//, "");
  if (site === "cross-site" || (from !== undefined && host(from) !== host(publicOrigin(head, around))))
    throw registryError("NOT_AUTHORIZED", "the login form is another site's");
  return way;
}

/** The session's word, if the request carries one. */
export function sessionToken(head: RequestHead, around: Surroundings): string | null {
  const way = findWay(head, around);
  const cookies = head.header("cookie");
  return (way && cookies && parse(cookies, way.name)[way.name]) || null;
}

/**
 * Who shows a session in force; null without one.
 * @throws NOT_AUTHORIZED for a request that may change something and does not show the session's X-Csrf-Token.
 */
export async function callerByCookie(head: RequestHead, { ctx, around }: Surface): Promise<Caller | null> {
  const token = sessionToken(head, around);
  const caller = token === null ? null : await callerBySession(ctx, token);
  if (caller && token !== null && !harmless.has(head.method))
    await requireCsrfToken(ctx, token, head.header("x-csrf-token"));
  return caller;
}

export function giveCookies(c: AppContext, way: CookieWay, { token, csrfToken }: BegunSession): void {
  put(c, way, way.name, token);
  put(c, way, way.csrfName, csrfToken);
}

export function takeCookies(c: AppContext, head: RequestHead, around: Surroundings): void {
  const way = findWay(head, around);
  if (!way) return;
  put(c, way, way.name, null);
  put(c, way, way.csrfName, null);
}

/** Until the browser is closed; the session itself ends when it does. @param value null: the browser forgets it. */
function put(c: AppContext, way: CookieWay, name: string, value: string | null): void {
  const cookie = serialize(name, value ?? "", {
    path: "/",
    secure: way.secure,
    httpOnly: name === way.name,
    sameSite: "Strict",
    ...(value === null && { maxAge: 0 }),
  });
  c.header("Set-Cookie", cookie, { append: true });
}
