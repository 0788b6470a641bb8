// The API console: a page that shows every operation of the management API and sends requests to it. Anybody may have the page: what
// it says stands in the OpenAPI documents, and what it asks for it asks as whoever is logged in.
import { Hono } from "hono";
import type { AppContext, AppEnv, Surface } from "../environment.ts";
import type { ConsoleFile } from "./files.ts";

/** The page runs its own scripts and styles alone, asks this server alone, and is in nobody's frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const page = "/docs/api";
/** In the page, for the version of the files that it asks for. */
const placeholder = "{version}";

export function docsRoutes({ around }: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.get("/", (c) => {
    c.set("route", "/docs");
    return c.redirect(page);
  });
  app.get("/api", async (c) => {
    c.set("route", page);
    const version = await around.consoleFiles.version();
    const file = await around.consoleFiles.find("index.html");
    if (!file) return c.notFound();
    const text = new TextDecoder().decode(file.bytes).replaceAll(placeholder, version);
    c.header("Content-Security-Policy", policy);
    c.header("Referrer-Policy", "no-referrer");
    return send(c, { type: file.type, bytes: new TextEncoder().encode(text) }, { tag: version, cache: "no-cache" });
  });
  app.get("/api/:version/:name", async (c) => {
    c.set("route", `${page}/{version}/{name}`);
    const version = await around.consoleFiles.version();
    const file = await around.consoleFiles.find(c.req.param("name"));
    if (!file) return c.notFound();
    // A page of a replica of another version is served all the same; only its own address is for ever.
    const isOwn = c.req.param("version") === version;
    return send(c, file, { tag: version, cache: isOwn ? "public, max-age=31536000, immutable" : "no-cache" });
  });
  return app;
}

function send(c: AppContext, file: ConsoleFile, { tag, cache }: { tag: string; cache: string }): Response {
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(c.req.header("accept-encoding") ?? "");
  const gzip = takesGzip ? file.gzip : undefined;
  const etag = `"${tag}${gzip ? "-gzip" : ""}"`;
  c.header("Cache-Control", cache);
  c.header("ETag", etag);
  c.header("Vary", "Accept-Encoding");
  c.header("X-Content-Type-Options", "nosniff");
  const known = (c.req.header("if-none-match") ?? "").split(",").map((word) => word.trim().replace(/^W\//, ""));
  if (known.includes(etag)) return c.body(null, 304);
  c.header("Content-Type", file.type);
  if (gzip) c.header("Content-Encoding", "gzip");
  return c.body(gzip ?? file.bytes);
}
