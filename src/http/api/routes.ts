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
  app.notFound((c) => apiAnswer(c, registryError("NO_SUCH_ROUTE", "there is no such operation in this version")));
  app.onError((error, c) => {
    c.set("error", error);
    return apiAnswer(c, error);
  });
  return app;
}
