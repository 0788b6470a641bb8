// Logging in and out with a browser, as DTR's clients do it: a form, or JSON, and a cookie.
import { z } from "@hono/zod-openapi";
import { Hono } from "hono";
import { anonymous } from "#core/access/caller.ts";
import { beginSession, endSession } from "#core/login/sessions.ts";
import { checkForm, parseJson, readText } from "../api/request.ts";
import type { AppContext, AppEnv, Surface, Surroundings } from "../environment.ts";
import { headOf } from "../head.ts";
import { clientAddress } from "../origin.ts";
import { callerByCookie, giveCookies, requireCookieWay, sessionToken, takeCookies } from "./cookie.ts";

const maxFormBytes = 64 * 1024;
const loginForm = z.object({
  username: z.string().max(200),
  password: z.string().max(10_000),
  code: z.string().max(100).optional(),
});

export function loginRoutes(surface: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  const { ctx, around } = surface;
  app.post("/login", async (c) => {
    const head = begin(c, around);
    const way = requireCookieWay(head, around);
    const { username: name, password, code } = await readForm(c, around);
    const agent = head.header("user-agent") ?? "";
    const from = { address: clientAddress(head, around), agent, former: sessionToken(head, around) };
    const session = await beginSession(ctx, { name, password, code, ...from });
    c.set("who", session.account.name);
    giveCookies(c, way, session);
    const { account, csrfToken, endsAt } = session;
    return c.json({ username: account.name, csrfToken, endsAt: endsAt.toISOString() });
  });
  app.post("/logout", async (c) => {
    const head = begin(c, around);
    const token = sessionToken(head, around);
    const caller = (await callerByCookie(head, surface)) ?? anonymous;
    c.set("who", caller.account?.name ?? null);
    if (token !== null && caller.session) await endSession(ctx, caller, token);
    takeCookies(c, head, around);
    return c.body(null, 204);
  });
  return app;
}

function begin(c: AppContext, around: Surroundings) {
  c.set("route", c.req.path);
  c.header("Cache-Control", "no-store");
  return headOf(c, around);
}

/** By what it looks like: curl says of JSON, too, that it is a form. */
async function readForm(c: AppContext, around: Surroundings): Promise<z.infer<typeof loginForm>> {
  const text = await readText(c, around, maxFormBytes);
  const form = /^\s*\{/.test(text) ? parseJson(text) : Object.fromEntries(new URLSearchParams(text));
  return checkForm(form, loginForm);
}
