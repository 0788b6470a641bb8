// The routes under /v2: one line each, by what the path names and the method.
import { Hono } from "hono";
import { type ErrorCode, registryError } from "#oci/error.ts";
import { authenticate } from "../authenticate.ts";
import type { AppContext, AppEnv, Surface } from "../environment.ts";
import { registryAnswer } from "../errors.ts";
import { headOf } from "../head.ts";
import { deleteBlobLink } from "./blobs.ts";
import { getCatalog, getReferrers, getTags } from "./lists.ts";
import { deleteManifestReference, putManifestContent } from "./manifests.ts";
import { parseV2Path, type V2Path } from "./path.ts";
import { answerRead, type ReadPath } from "./reads.ts";
import type { V2Handler, V2Request } from "./request.ts";
import { sendAnswer } from "./send.ts";
import { deleteUpload, getUploadStatus, patchUpload, postUploads, putUpload } from "./uploads.ts";

type Handlers = {
  [K in V2Path["kind"]]: { pattern: string; methods: Record<string, V2Handler<Extract<V2Path, { kind: K }>> | "read"> };
};

const routes: Handlers = {
  ping: { pattern: "/v2/", methods: { GET: getPing } },
  catalog: { pattern: "/v2/_catalog", methods: { GET: getCatalog } },
  tags: { pattern: "/v2/{name}/tags/list", methods: { GET: getTags } },
  referrers: { pattern: "/v2/{name}/referrers/{digest}", methods: { GET: getReferrers } },
  manifest: {
    pattern: "/v2/{name}/manifests/{reference}",
    methods: { GET: "read", PUT: putManifestContent, DELETE: deleteManifestReference },
  },
  blob: { pattern: "/v2/{name}/blobs/{digest}", methods: { GET: "read", DELETE: deleteBlobLink } },
  uploads: { pattern: "/v2/{name}/blobs/uploads/", methods: { POST: postUploads } },
  upload: {
    pattern: "/v2/{name}/blobs/uploads/{id}",
    methods: { GET: getUploadStatus, PATCH: patchUpload, PUT: putUpload, DELETE: deleteUpload },
  },
};

/** The pattern that a read is recorded under. */
export const readPatterns: Record<ReadPath["kind"], string> = {
  blob: routes.blob.pattern,
  manifest: routes.manifest.pattern,
};

/** Method and pattern of each route. */
export function listV2Routes(): { method: string; pattern: string }[] {
  return Object.values(routes).flatMap(({ pattern, methods }) =>
    Object.keys(methods).map((method) => ({ method, pattern })),
  );
}

/** The registry protocol. */
export function v2Routes(surface: Surface): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.all("*", async (c) => {
    c.header("Docker-Distribution-API-Version", "registry/2.0");
    try {
      return await dispatch(c, surface);
    } catch (error) {
      c.set("error", error);
      return registryAnswer(c, surface.around, error);
    }
  });
  return app;
}

async function dispatch(c: AppContext, surface: Surface): Promise<Response> {
  const url = new URL(c.req.url);
  if (url.pathname === "/v2") return c.redirect("/v2/", 301);
  const path = parseV2Path(url.pathname);
  if (!path) {
    c.set("route", "/v2/*");
    await authenticated(c, surface);
    throw registryError("ROUTE_UNKNOWN" satisfies ErrorCode, `there is nothing at ${url.pathname.slice(0, 300)}`);
  }
  const route = routes[path.kind];
  c.set("route", route.pattern);
  const method = c.req.method === "HEAD" ? "GET" : c.req.method;
  const handler = route.methods[method] as V2Handler<V2Path> | "read" | undefined;
  if (!handler) return refuseMethod(c, surface, Object.keys(route.methods));
  if (handler === "read") return read(c, surface, path as ReadPath);
  const caller = path.kind === "ping" ? await authenticated(c, surface) : await authenticate(c, surface);
  return handler({ ...surface, c, url, caller }, path);
}

/** @throws UNAUTHORIZED to who shows no credentials at all: that is how clients learn where to get a token. */
async function authenticated(c: AppContext, surface: Surface) {
  const caller = await authenticate(c, surface);
  if (caller.how === "anonymous") throw registryError("UNAUTHORIZED");
  return caller;
}

/** GET, HEAD of a blob or a manifest: decided in one piece, as for runtimes that send the answer their own way. */
async function read(c: AppContext, surface: Surface, path: ReadPath): Promise<Response> {
  const { answer, who, error } = await answerRead(surface, headOf(c, surface.around), path);
  c.set("who", who);
  c.set("error", error);
  return sendAnswer(c, surface, answer);
}

async function getPing({ c }: V2Request): Promise<Response> {
  return c.json({});
}

function refuseMethod(c: AppContext, surface: Surface, methods: string[]): Response {
  const allowed = methods.includes("GET") ? [...methods, "HEAD", "OPTIONS"] : [...methods, "OPTIONS"];
  c.header("Allow", allowed.join(", "));
  if (c.req.method === "OPTIONS") return c.body(null, 200, { "Content-Length": "0" });
  const error = registryError("UNSUPPORTED", `${c.req.method} is not possible here; ${allowed.join(", ")} are`);
  return registryAnswer(c, surface.around, error);
}
