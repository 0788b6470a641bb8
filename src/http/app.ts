// The application: every surface behind one chain of what each request needs.
import { Hono } from "hono";
import { noteRefusal } from "#core/audit/note.ts";
import { describeFailure } from "#core/failure.ts";
import { apiRoutes } from "./api/routes.ts";
import { docsRoutes } from "./docs/routes.ts";
import type { AppContext, AppEnv, Surface } from "./environment.ts";
import { enziRoutes } from "./enzi/routes.ts";
import { apiAnswer, asRegistryError } from "./errors.ts";
import { headOf } from "./head.ts";
import { loginRoutes } from "./login/routes.ts";
import { opsRoutes } from "./ops/routes.ts";
import { clientAddress } from "./origin.ts";
import { tokenRoutes } from "./token/routes.ts";
import { v1Routes } from "./v1/routes.ts";
import { v2Routes } from "./v2/app.ts";

/** Builds the application. It runs wherever there is fetch. */
export function createApp(surface: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.use("*", (c, next) => recorded(c, next, surface));
  app.route("/v1", v1Routes(surface));
  app.route("/v2", v2Routes(surface));
  app.route("/auth", tokenRoutes(surface));
  app.route("/api/v0", apiRoutes(surface));
  app.route("/enzi/v0", enziRoutes(surface));
  app.route("/docs", docsRoutes(surface));
  app.route("/", opsRoutes(surface));
  app.route("/", loginRoutes(surface));
  app.get("/", (c) =>
    c.text(
      "Berth, a container registry. The registry API is at /v2/, the management API at /api/v0/; /docs/api shows it.\n",
    ),
  );
  app.notFound((c) =>
    c.json({ errors: [{ code: "NOT_FOUND", message: "there is nothing at this address", detail: null }] }, 404),
  );
  app.onError((error, c) => {
    c.set("error", error);
    return apiAnswer(c, error);
  });
  return app;
}

/** Names the request, and records it when its answer (the body included) has ended. */
async function recorded(c: AppContext, next: () => Promise<void>, { ctx, around }: Surface): Promise<void> {
  const started = performance.now();
  const id = crypto.randomUUID();
  c.set("route", "*");
  c.set("who", null);
  c.set("caller", null);
  c.set("bytesIn", 0);
  c.set("bytesOut", 0);
  c.set("streaming", false);
  c.set("error", undefined);
  let done = false;
  const finish = (error?: unknown) => {
    if (done) return;
    done = true;
    around.record({
      id,
      method: c.req.method,
      route: c.get("route"),
      path: c.req.path,
      status: c.res.status,
      bytesIn: c.get("bytesIn"),
      bytesOut: c.get("bytesOut"),
      durationMs: Math.round((performance.now() - started) * 10) / 10,
      who: c.get("who"),
      address: clientAddress(headOf(c, around), around),
      ...errorText(error ?? c.get("error"), c.res.status),
    });
  };
  c.set("finishLater", finish);
  await next();
  const caller = c.get("caller");
  if (caller && c.res.status === 403)
    noteRefusal(ctx, caller, { object: c.req.path, surface: "/api", action: c.req.method });
  c.res.headers.set("X-Request-Id", id);
  if (!c.get("streaming")) finish();
}

/**
 * What went wrong, for the log: a rule's code, or an unforeseen error with its stack. What a rule says about a request
 * quotes it, and so may quote a secret.
 */
export function errorText(error: unknown, status: number): { error?: string } {
  if (error === undefined || error === null) return {};
  const rule = asRegistryError(error);
  if (rule === error) {
    const cause = rule.cause === undefined ? "" : ` (${describeFailure(rule.cause).split("\n", 1)[0]})`;
    return { error: status < 500 ? rule.code : `${rule.code}: ${rule.message}${cause}` };
  }
  const told = describeFailure(error);
  return { error: status < 500 ? (told.split("\n", 1)[0] as string) : told };
}
