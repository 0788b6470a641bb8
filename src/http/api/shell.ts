// What DTR's API and eNZi's have in common: nothing is cached, the OpenAPI document, and errors in DTR's form.
import { OpenAPIHono } from "@hono/zod-openapi";
import { registryError } from "#oci/error.ts";
import { type DocumentWords, serveDocument } from "../docs/document.ts";
import type { AppEnv } from "../environment.ts";
import { apiAnswer } from "../errors.ts";

export function apiShell(words: DocumentWords, add: (app: OpenAPIHono<AppEnv>) => void): OpenAPIHono<AppEnv> {
  const { base } = words;
  const app = new OpenAPIHono<AppEnv>({ strict: false });
  app.use("*", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  add(app);
  serveDocument(app, words);
  // A route and no notFound handler: the application that this one is put into would never call that.
  const known = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  app.all("*", (c) => {
    const path = c.req.path.slice(base.length);
    const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length === 0) return apiAnswer(c, registryError("NO_SUCH_ROUTE"));
    c.header(
      "Allow",
      [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method)))].sort().join(", "),
    );
    return apiAnswer(c, registryError("NOT_ALLOWED"));
  });
  app.onError((error, c) => {
    c.set("error", error);
    return apiAnswer(c, error);
  });
  return app;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:[a-z]+/gi, "[^/]+")}/?$`);
}
