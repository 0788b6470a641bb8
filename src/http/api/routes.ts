// The management API, on DTR's paths and in DTR's form; described by one OpenAPI document made of the routes' own schemas.
import { OpenAPIHono } from "@hono/zod-openapi";
import { registryError } from "#oci/error.ts";
import type { AppEnv, Surface } from "../environment.ts";
import { apiAnswer } from "../errors.ts";
import { repositoryRoutes } from "./repositories.ts";
import { settingsRoutes } from "./settings.ts";

export function apiRoutes(surface: Surface): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ strict: false });
  app.use("*", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.route("/", repositoryRoutes(surface));
  app.route("/", settingsRoutes(surface));
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "Berth", version: "0", description: "Berth's management API: DTR's operations, and what is new." },
    servers: [{ url: "/api/v0" }],
  });
  // A route and no notFound handler: the application that this one is put into would never call that.
  const known = app.routes.filter(({ method }) => method !== "ALL").map(({ path }) => patternOf(path));
  app.all("*", (c) => {
    const path = c.req.path.replace(/^\/api\/v0/, "");
    const there = known.some((pattern) => pattern.test(path));
    return apiAnswer(c, there ? registryError("NOT_ALLOWED") : registryError("NO_SUCH_ROUTE"));
  });
  app.onError((error, c) => {
    c.set("error", error);
    return apiAnswer(c, error);
  });
  return app;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:[a-z]+/g, "[^/]+")}/?$`);
}
