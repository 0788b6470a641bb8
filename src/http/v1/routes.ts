// What is left of the registry's first protocol: `docker search` still speaks it.
import { Hono } from "hono";
import { dockerSearch } from "../api/search.ts";
import { authenticate } from "../authenticate.ts";
import type { AppEnv, Surface } from "../environment.ts";
import { apiAnswer } from "../errors.ts";

export function v1Routes(surface: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.get("/_ping", (c) => {
    c.set("route", "/v1/_ping");
    return c.json({ standalone: true }, 200, { "X-Docker-Registry-Standalone": "true", "Cache-Control": "no-store" });
  });
  app.get("/search", async (c) => {
    c.set("route", "/v1/search");
    const caller = await authenticate(c, surface);
    const most = Number(c.req.query("n") || 25);
    const answer = await dockerSearch(surface, caller, { text: c.req.query("q") ?? "", most });
    return c.json(answer, 200, { "Cache-Control": "no-store" });
  });
  app.onError((error, c) => {
    c.set("error", error);
    return apiAnswer(c, error);
  });
  return app;
}
