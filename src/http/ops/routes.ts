// Health, in DTR's form for load balancers, and whether the process lives.
import { Hono } from "hono";
import { sameText } from "#core/access/oslo.ts";
import type { AppContext, AppEnv, Surface } from "../environment.ts";

export function opsRoutes({ around }: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  const health = async (c: AppContext) => {
    c.set("route", c.req.path);
    const problem = around.draining() ? "the server is stopping" : await around.problem();
    return c.json({ Error: problem ?? "", Healthy: problem === null }, problem === null ? 200 : 503, {
      "Cache-Control": "no-store",
    });
  };
  app.get("/_ping", health);
  app.get("/health", health);
  app.get("/live", (c) => {
    c.set("route", "/live");
    return c.text("ok\n");
  });
  app.get("/metrics", async (c) => {
    c.set("route", "/metrics");
    const { token, render, where = "set BERTH_METRICS_TOKEN or BERTH_METRICS_LISTEN" } = around.metrics;
    if (token === null) return c.text(`metrics are not given here: ${where}\n`, 404);
    const shown = c.req.header("authorization")?.replace(/^bearer +/i, "") ?? "";
    if (!sameText(shown, token)) return c.text("the metrics token is needed\n", 401, { "WWW-Authenticate": "Bearer" });
    const { contentType, body } = await render();
    return c.body(body, 200, { "Content-Type": contentType });
  });
  return app;
}
