// The token endpoint as docker and the OAuth2 clients use it, and the public keys that verify its tokens.
import { Hono } from "hono";
import { anonymous, type Caller } from "#core/access/caller.ts";
import { issueRefreshToken, logIn, redeemRefreshToken } from "#core/access/log-in.ts";
import { issueToken } from "#core/access/tokens.ts";
import { noteRefusal } from "#core/audit/note.ts";
import { registryError } from "#oci/error.ts";
import { formatScope, parseScopes, type Scope } from "#oci/scope.ts";
import { findBasic } from "../authenticate.ts";
import { readBody } from "../body.ts";
import type { AppContext, AppEnv, Surface, Surroundings } from "../environment.ts";
import { asRegistryError, registryAnswer } from "../errors.ts";
import { headOf } from "../head.ts";
import { clientAddress } from "../origin.ts";
import { bodyOf } from "../rate.ts";
import { exchangeToken, tokenExchange } from "./exchange.ts";

/** A form is a few parameters; more is no login. */
const maxFormBytes = 64 * 1024;

export function tokenRoutes(surface: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.get("/token", guarded(surface, getToken));
  app.post("/token", guarded(surface, postToken));
  app.get("/jwks.json", async (c) => {
    c.set("route", "/auth/jwks.json");
    return c.json({ keys: await surface.ctx.keys.publicKeys() }, 200, { "Cache-Control": "public, max-age=60" });
  });
  return app;
}

function guarded(surface: Surface, handler: (c: AppContext, surface: Surface) => Promise<Response>) {
  return async (c: AppContext): Promise<Response> => {
    c.set("route", "/auth/token");
    c.header("Cache-Control", "no-store");
    try {
      return await handler(c, surface);
    } catch (error) {
      c.set("error", error);
      return registryAnswer(c, surface.around, error);
    }
  };
}

/** GET /auth/token?service=&scope=…[&account=&client_id=&offline_token=true], with Basic credentials or none. */
async function getToken(c: AppContext, surface: Surface): Promise<Response> {
  const { ctx, around } = surface;
  const url = new URL(c.req.url);
  const credentials = findBasic(c.req.header("authorization"));
  const caller = credentials
    ? await logIn(ctx, { ...credentials, address: clientAddress(headOf(c, around), around) })
    : anonymous;
  c.set("who", caller.account?.name ?? null);
  const isOffline = url.searchParams.get("offline_token") === "true";
  const refresh = isOffline ? await refreshTokenFor(surface, caller, url.searchParams.get("client_id")) : null;
  return answer(c, surface, caller, url.searchParams.getAll("scope"), refresh);
}

/** POST /auth/token: OAuth2 with grant_type password, refresh_token, or a build's own token to exchange. */
async function postToken(c: AppContext, surface: Surface): Promise<Response> {
  const { ctx, around } = surface;
  const form = await readForm(c, around);
  const grant = form.get("grant_type");
  try {
    if (grant === tokenExchange) return await exchangeToken(c, surface, form);
    if (grant === "refresh_token") {
      const refresh = form.get("refresh_token") ?? "";
      const caller = await redeemRefreshToken(ctx, refresh, clientAddress(headOf(c, around), around));
      c.set("who", caller.account?.name ?? null);
      return await answer(c, surface, caller, form.getAll("scope"), refresh);
    }
    if (grant === "password") {
      const credentials = { name: form.get("username") ?? "", password: form.get("password") ?? "" };
      const caller = await logIn(ctx, { ...credentials, address: clientAddress(headOf(c, around), around) });
      c.set("who", caller.account?.name ?? null);
      const isOffline = form.get("access_type") === "offline";
      const refresh = isOffline ? await refreshTokenFor(surface, caller, form.get("client_id")) : null;
      return await answer(c, surface, caller, form.getAll("scope"), refresh);
    }
  } catch (error) {
    const { code } = asRegistryError(error);
    if (code === "INVALID_PARAMETERS") return oauthError(c, 400, "invalid_request", (error as Error).message);
    if (code !== "UNAUTHORIZED") throw error;
    return oauthError(c, 401, "invalid_grant", (error as Error).message);
  }
  return oauthError(c, 400, "unsupported_grant_type", "grant_type must be password, refresh_token or token-exchange");
}

async function refreshTokenFor({ ctx }: Surface, caller: Caller, clientId: string | null): Promise<string | null> {
  const { account, via } = caller;
  return account ? issueRefreshToken(ctx, { account, ...(via !== undefined && { via }) }, clientId ?? "") : null;
}

async function readForm(c: AppContext, around: Surroundings): Promise<URLSearchParams> {
  const tooLarge = () => registryError("SIZE_INVALID", "the form is too large");
  return new URLSearchParams(
    new TextDecoder().decode(
      await readBody(headOf(c, around), bodyOf(c, around), { maxBytes: maxFormBytes, tooLarge }),
    ),
  );
}

async function answer(
  c: AppContext,
  { ctx }: Surface,
  caller: Caller,
  scopes: readonly string[],
  refreshToken: string | null,
): Promise<Response> {
  const wanted = parseScopes(scopes);
  const issued = await issueToken(ctx, caller, wanted);
  for (const { name, actions } of withoutGrant(wanted, issued.granted))
    noteRefusal(ctx, caller, { object: name, surface: "/auth/token", action: actions.join(",") });
  return c.json({
    token: issued.token,
    access_token: issued.token,
    expires_in: issued.expiresInSeconds,
    issued_at: issued.issuedAt.toISOString(),
    scope: issued.granted.map(formatScope).join(" "),
    ...(refreshToken ? { refresh_token: refreshToken } : {}),
  });
}

/** Repositories of which nothing at all was granted. */
function withoutGrant(wanted: readonly Scope[], granted: readonly Scope[]): Scope[] {
  const given = new Set(granted.map(({ name }) => name));
  return wanted.filter(({ type, name }) => type === "repository" && !given.has(name)).slice(0, 10);
}

/** Errors as RFC 6749 section 5.2 has them, and docker's list beside them. */
function oauthError(c: AppContext, status: 400 | 401, error: string, message: string): Response {
  const errors = [{ code: status === 401 ? "UNAUTHORIZED" : "UNSUPPORTED", message, detail: null }];
  return c.json({ error, error_description: message, errors }, status);
}
