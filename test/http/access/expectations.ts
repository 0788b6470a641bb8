// What every route answers to every role, on a private and on a public repository.
import { createRepository, digestOf } from "./registry.ts";
import {
  beginSession,
  freshBlob,
  freshManifest,
  freshManifestBody,
  freshText,
  manifestType,
  type Role,
  type Scene,
} from "./scene.ts";

/** A request that would succeed for who may make it. */
export interface Ask {
  path: string;
  init?: RequestInit;
}

export interface Expectation {
  ask(scene: Scene, repository: string, role: Role): Promise<Ask> | Ask;
  /** A status per role, in the order of `roles`. */
  private: string;
  /** The same where it is not another on a public repository. */
  public?: string;
}

// anonymous stranger owner admin | tokens: stranger owner other-repository nothing admin anonymous
const all = (status: number) => Array(10).fill(status).join(" ");
const readers = (ok: number) => ({
  private: `401 401 ${ok} ${ok} | 401 ${ok} 401 401 ${ok} 401`,
  public: `${ok} ${ok} ${ok} ${ok} | ${ok} ${ok} 401 401 ${ok} ${ok}`,
});
const writers = (ok: number) => ({ private: `401 401 ${ok} ${ok} | 401 ${ok} 401 401 ${ok} 401` });
const apiChange = (ok: number) => ({
  private: `401 404 ${ok} ${ok} | 404 ${ok} 404 404 ${ok} 401`,
  public: `401 403 ${ok} ${ok} | 403 ${ok} 404 404 ${ok} 401`,
});

const apiRead = (ok: number) => ({
  private: `401 404 ${ok} ${ok} | 404 ${ok} 404 404 ${ok} 401`,
  public: `${ok} ${ok} ${ok} ${ok} | ${ok} ${ok} 404 404 ${ok} ${ok}`,
});
const withAccount = { private: "401 200 200 200 | 200 200 200 200 200 401" };

const json = { "content-type": "application/json" };

export const expectations: Record<string, Expectation> = {
  "GET /": { ask: () => ({ path: "/" }), private: all(200) },
  "GET /v1/_ping": { ask: () => ({ path: "/v1/_ping" }), private: all(200) },
  "GET /v1/search": { ask: () => ({ path: "/v1/search?q=app" }), private: all(200) },
  "GET /api/v0/index/dockersearch": { ask: () => ({ path: "/api/v0/index/dockersearch?q=app" }), private: all(200) },
  "GET /_ping": { ask: () => ({ path: "/_ping" }), private: all(200) },
  "GET /health": { ask: () => ({ path: "/health" }), private: all(200) },
  "GET /live": { ask: () => ({ path: "/live" }), private: all(200) },
  "GET /metrics": { ask: () => ({ path: "/metrics" }), private: all(404) },
  "GET /auth/jwks.json": { ask: () => ({ path: "/auth/jwks.json" }), private: all(200) },
  "GET /auth/token": { ask: () => ({ path: "/auth/token" }), private: all(200) },
  "POST /auth/token": { ask: () => ({ path: "/auth/token", init: { method: "POST" } }), private: all(400) },
  // Plain http, and not on this machine: there is no session, and none is begun.
  "POST /login": { ask: () => ({ path: "/login", init: { method: "POST" } }), private: all(403) },
  "POST /logout": { ask: () => ({ path: "/logout", init: { method: "POST" } }), private: all(204) },

  "GET /v2/": { ask: () => ({ path: "/v2/" }), private: "401 200 200 200 | 200 200 200 200 200 200" },
  "GET /v2/_catalog": { ask: () => ({ path: "/v2/_catalog" }), private: "401 200 200 200 | 401 401 401 401 401 401" },
  "GET /v2/{name}/tags/list": { ask: (_, name) => ({ path: `/v2/${name}/tags/list` }), ...readers(200) },
  "GET /v2/{name}/referrers/{digest}": {
    ask: (_, name) => ({ path: `/v2/${name}/referrers/${digestOf("x")}` }),
    ...readers(200),
  },
  "GET /v2/{name}/manifests/{reference}": {
    ask: async (scene, name) => ({ path: `/v2/${name}/manifests/${await freshManifest(scene, name)}` }),
    ...readers(200),
  },
  "PUT /v2/{name}/manifests/{reference}": {
    ask: async (scene, name) => ({
      path: `/v2/${name}/manifests/put`,
      init: { method: "PUT", body: await freshManifestBody(scene, name), headers: { "content-type": manifestType } },
    }),
    ...writers(201),
  },
  "DELETE /v2/{name}/manifests/{reference}": {
    ask: async (scene, name) => ({
      path: `/v2/${name}/manifests/${await freshManifest(scene, name)}`,
      init: { method: "DELETE" },
    }),
    ...writers(202),
  },
  "GET /v2/{name}/blobs/{digest}": {
    ask: async (scene, name) => ({ path: `/v2/${name}/blobs/${await freshBlob(scene, name)}` }),
    ...readers(200),
  },
  "DELETE /v2/{name}/blobs/{digest}": {
    ask: async (scene, name) => ({
      path: `/v2/${name}/blobs/${await freshBlob(scene, name)}`,
      init: { method: "DELETE" },
    }),
    ...writers(202),
  },
  "POST /v2/{name}/blobs/uploads/": {
    ask: (_, name) => ({ path: `/v2/${name}/blobs/uploads/`, init: { method: "POST" } }),
    ...writers(202),
  },
  "GET /v2/{name}/blobs/uploads/{id}": {
    ask: async (scene, name, role) => ({ path: await beginSession(scene, name, role) }),
    ...writers(204),
  },
  "PATCH /v2/{name}/blobs/uploads/{id}": {
    ask: async (scene, name, role) => ({
      path: await beginSession(scene, name, role),
      init: { method: "PATCH", body: freshText() },
    }),
    ...writers(202),
  },
  "PUT /v2/{name}/blobs/uploads/{id}": {
    ask: async (scene, name, role) => {
      const text = freshText();
      const path = `${await beginSession(scene, name, role)}?digest=${digestOf(text)}`;
      return { path, init: { method: "PUT", body: text } };
    },
    ...writers(201),
  },
  "DELETE /v2/{name}/blobs/uploads/{id}": {
    ask: async (scene, name, role) => ({ path: await beginSession(scene, name, role), init: { method: "DELETE" } }),
    ...writers(204),
  },

  "GET /docs": { ask: () => ({ path: "/docs", init: { redirect: "manual" } }), private: all(302) },
  "GET /docs/api": { ask: () => ({ path: "/docs/api" }), private: all(200) },
  "GET /docs/api/:version/:name": { ask: () => ({ path: "/docs/api/any/main.js" }), private: all(200) },
  "GET /api/v0/openapi.json": { ask: () => ({ path: "/api/v0/openapi.json" }), private: all(200) },
  "GET /enzi/v0/openapi.json": { ask: () => ({ path: "/enzi/v0/openapi.json" }), private: all(200) },
  "GET /api/v0/repositories": { ask: () => ({ path: "/api/v0/repositories" }), private: all(200) },
  "GET /api/v0/repositories/:namespace": { ask: () => ({ path: "/api/v0/repositories/alice" }), private: all(200) },
  "POST /api/v0/repositories/:namespace": {
    ask: () => ({
      path: "/api/v0/repositories/alice",
      init: { method: "POST", body: JSON.stringify({ name: `made-${crypto.randomUUID()}` }), headers: json },
    }),
    private: "401 403 201 201 | 403 403 403 403 403 401",
  },
  "GET /api/v0/repositories/:namespace/:reponame": {
    ask: (_, name) => ({ path: `/api/v0/repositories/${name}` }),
    ...apiRead(200),
  },
  "PATCH /api/v0/repositories/:namespace/:reponame": {
    ask: (_, name) => ({
      path: `/api/v0/repositories/${name}`,
      init: { method: "PATCH", body: JSON.stringify({ shortDescription: "x" }), headers: json },
    }),
    ...apiChange(200),
  },
  "DELETE /api/v0/repositories/:namespace/:reponame": {
    // Each time another repository, made for it; the tokens of that name reach it too.
    ask: (_, name) => ({ path: `/api/v0/repositories/${name}`, init: { method: "DELETE" } }),
    ...apiChange(204),
  },
  "GET /api/v0/events": {
    ask: () => ({ path: "/api/v0/events" }),
    private: "401 200 200 200 | 200 200 200 200 200 401",
  },
  "GET /api/v0/events/export": {
    ask: () => ({ path: "/api/v0/events/export" }),
    private: "401 403 403 200 | 403 403 403 403 403 401",
  },
  "GET /api/v0/repositories/:namespace/:reponame/events": {
    ask: (_, name) => ({ path: `/api/v0/repositories/${name}/events` }),
    private: "401 404 200 200 | 404 200 404 404 200 401",
    public: "401 200 200 200 | 200 200 404 404 200 401",
  },
  "GET /api/v0/repositories/:namespace/:reponame/tags": {
    ask: (_, name) => ({ path: `/api/v0/repositories/${name}/tags` }),
    ...apiRead(200),
  },
  "GET /api/v0/repositories/:namespace/:reponame/tags/:reference": {
    ask: async (scene, name) => ({ path: `/api/v0/repositories/${name}/tags/${await freshManifest(scene, name)}` }),
    ...apiRead(200),
  },
  "DELETE /api/v0/repositories/:namespace/:reponame/tags/:reference": {
    ask: async (scene, name) => {
      await freshManifest(scene, name);
      return { path: `/api/v0/repositories/${name}/tags/fresh`, init: { method: "DELETE" } };
    },
    ...apiChange(204),
  },
  "GET /api/v0/repositories/:namespace/:reponame/manifests": {
    ask: (_, name) => ({ path: `/api/v0/repositories/${name}/manifests` }),
    ...apiRead(200),
  },
  "GET /api/v0/repositories/:namespace/:reponame/manifests/:reference": {
    ask: async (scene, name) => ({
      path: `/api/v0/repositories/${name}/manifests/${await freshManifest(scene, name)}`,
    }),
    ...apiRead(200),
  },
  "DELETE /api/v0/repositories/:namespace/:reponame/manifests/:reference": {
    ask: async (scene, name) => ({
      path: `/api/v0/repositories/${name}/manifests/${await freshManifest(scene, name)}`,
      init: { method: "DELETE" },
    }),
    ...apiChange(204),
  },
  "GET /api/v0/meta/features": { ask: () => ({ path: "/api/v0/meta/features" }), ...withAccount },
  "GET /api/v0/admin/version": { ask: () => ({ path: "/api/v0/admin/version" }), ...withAccount },
  "GET /api/v0/accounts/language": { ask: () => ({ path: "/api/v0/accounts/language" }), ...withAccount },
  "GET /api/v0/meta/cluster_status": {
    ask: () => ({ path: "/api/v0/meta/cluster_status" }),
    private: "401 403 403 200 | 403 403 403 403 403 401",
  },
  "GET /api/v0/meta/settings": {
    ask: () => ({ path: "/api/v0/meta/settings" }),
    private: "401 403 403 200 | 403 403 403 403 403 401",
  },
  "POST /api/v0/meta/settings": {
    ask: () => ({ path: "/api/v0/meta/settings", init: { method: "POST", body: "{}", headers: json } }),
    private: "401 403 403 202 | 403 403 403 403 403 401",
  },
};

/** The repository that a request is about: one that it may destroy is made for it. */
export async function repositoryFor(scene: Scene, route: string, visibility: "private" | "public", standing: string) {
  if (!route.startsWith("DELETE /api/v0/repositories")) return standing;
  const name = `alice/del-${crypto.randomUUID()}`;
  await createRepository(scene.berth, scene.owner, name, visibility);
  return name;
}

/** The code that a refusal carries. */
export function refusalCode(route: string, status: number): string | undefined {
  if (route.includes(" /api/"))
    return { 401: "NOT_AUTHENTICATED", 403: "NOT_AUTHORIZED", 404: "NO_SUCH_REPOSITORY" }[status as 401];
  return { 401: "UNAUTHORIZED" }[status as 401];
}
