// What a registry that is read-only refuses, and what it does not: every route that may change something, by hand.

import { type Ask, expectations } from "./expectations.ts";
import { digestOf, pushBlob, pushImage } from "./registry.ts";
import { freshManifestBody, freshText, manifestType, type Scene } from "./scene.ts";

/** A request that would change content. */
interface Change {
  ask(scene: Scene): Promise<Ask> | Ask;
  /** To it when the registry is not read-only. */
  yields: number;
}

const repository = "alice/app";
const listed = (route: string, yields: number): Change => ({
  ask: (scene) => (expectations[route] as (typeof expectations)[string]).ask(scene, repository, "owner"),
  yields,
});

/** One for each route, and for each other way to the same. */
export const refused: Record<string, Change> = {
  "PUT /v2/{name}/manifests/{reference}": listed("PUT /v2/{name}/manifests/{reference}", 201),
  "PUT /v2/{name}/manifests/{reference} by digest, with ?tag=": {
    ask: async (scene) => {
      const body = await freshManifestBody(scene, repository);
      const path = `/v2/${repository}/manifests/${digestOf(body)}?tag=also`;
      return { path, init: { method: "PUT", body, headers: { "content-type": manifestType } } };
    },
    yields: 201,
  },
  "PUT /v2/{name}/manifests/{reference} of an index": {
    ask: async (scene) => {
      const { manifest } = await pushImage(scene.berth, scene.owner, repository, "child", freshText());
      const mediaType = "application/vnd.oci.image.index.v1+json";
      const size = await sizeOf(scene, manifest);
      const body = JSON.stringify({
        schemaVersion: 2,
        mediaType,
        manifests: [{ mediaType: manifestType, digest: manifest, size }],
      });
      const path = `/v2/${repository}/manifests/index`;
      return { path, init: { method: "PUT", body, headers: { "content-type": mediaType } } };
    },
    yields: 201,
  },
  "PUT /v2/{name}/manifests/{reference} again, as it is": {
    ask: async (scene) => {
      const body = await freshManifestBody(scene, repository);
      const init = { method: "PUT", body, headers: { "content-type": manifestType } };
      const path = `/v2/${repository}/manifests/again`;
      await scene.berth.fetch(path, { ...init, headers: { ...init.headers, authorization: scene.owner } });
      return { path, init };
    },
    yields: 201,
  },
  "DELETE /v2/{name}/manifests/{reference}": listed("DELETE /v2/{name}/manifests/{reference}", 202),
  "DELETE /v2/{name}/manifests/{reference} by tag": {
    ask: async (scene) => {
      await pushImage(scene.berth, scene.owner, repository, "goes", freshText());
      return { path: `/v2/${repository}/manifests/goes`, init: { method: "DELETE" } };
    },
    yields: 202,
  },
  "DELETE /v2/{name}/blobs/{digest}": listed("DELETE /v2/{name}/blobs/{digest}", 202),
  "POST /v2/{name}/blobs/uploads/": listed("POST /v2/{name}/blobs/uploads/", 202),
  "POST /v2/{name}/blobs/uploads/ with a whole blob": {
    ask: () => {
      const body = freshText();
      return { path: `/v2/${repository}/blobs/uploads/?digest=${digestOf(body)}`, init: { method: "POST", body } };
    },
    yields: 201,
  },
  "POST /v2/{name}/blobs/uploads/ to mount": {
    ask: async (scene) => {
      const digest = await pushBlob(scene.berth, scene.owner, "alice/pub", freshText());
      const path = `/v2/${repository}/blobs/uploads/?mount=${digest}&from=alice/pub`;
      return { path, init: { method: "POST" } };
    },
    yields: 201,
  },
  "POST /v2/{name}/blobs/uploads/ to a repository that is to be": {
    ask: () => ({ path: `/v2/alice/new-${crypto.randomUUID()}/blobs/uploads/`, init: { method: "POST" } }),
    yields: 202,
  },
  "PATCH /v2/{name}/blobs/uploads/{id}": listed("PATCH /v2/{name}/blobs/uploads/{id}", 202),
  "PUT /v2/{name}/blobs/uploads/{id}": listed("PUT /v2/{name}/blobs/uploads/{id}", 201),
  "POST /api/v0/repositories/:namespace": listed("POST /api/v0/repositories/:namespace", 201),
  "PATCH /api/v0/repositories/:namespace/:reponame": listed("PATCH /api/v0/repositories/:namespace/:reponame", 200),
  "DELETE /api/v0/repositories/:namespace/:reponame": {
    ask: async (scene) => ({ path: `/api/v0/repositories/${await ownRepository(scene)}`, init: { method: "DELETE" } }),
    yields: 204,
  },
  "DELETE /api/v0/repositories/:namespace/:reponame/tags/:reference": listed(
    "DELETE /api/v0/repositories/:namespace/:reponame/tags/:reference",
    204,
  ),
  "DELETE /api/v0/repositories/:namespace/:reponame/manifests/:reference": listed(
    "DELETE /api/v0/repositories/:namespace/:reponame/manifests/:reference",
    204,
  ),
  "DELETE /api/v0/accounts/:namespace/repositories": {
    ask: async (scene) => ({
      path: `/api/v0/accounts/${await namespaceOf(scene)}/repositories`,
      init: { method: "DELETE" },
    }),
    yields: 204,
  },
  "DELETE /api/v0/accounts/:namespace": {
    ask: async (scene) => ({ path: `/api/v0/accounts/${await namespaceOf(scene)}`, init: { method: "DELETE" } }),
    yields: 204,
  },
  "DELETE /enzi/v0/accounts/:account": {
    ask: async (scene) => ({ path: `/enzi/v0/accounts/${await namespaceOf(scene)}`, init: { method: "DELETE" } }),
    yields: 204,
  },
  // A name is part of what is pulled.
  "POST /api/v0/repositories/:namespace/:reponame/rename": {
    ask: async (scene) => rename(`/api/v0/repositories/${await ownRepository(scene)}/rename`),
    yields: 200,
  },
  "POST /api/v0/accounts/:account/rename": {
    ask: async (scene) => rename(`/api/v0/accounts/${await namespaceOf(scene)}/rename`),
    yields: 200,
  },
  "DELETE /api/v0/repositoryNamespaces/:namespace/aliases/:alias": {
    ask: async (scene) => {
      const path = await ownRepository(scene);
      await send(scene, rename(`/api/v0/repositories/${path}/rename`));
      const alias = path.split("/")[1];
      return { path: `/api/v0/repositoryNamespaces/alice/aliases/${alias}`, init: { method: "DELETE" } };
    },
    yields: 204,
  },
  "DELETE /api/v0/accounts/:account/aliases/:alias": {
    ask: async (scene) => {
      const was = await namespaceOf(scene);
      const { name } = (await send(scene, rename(`/api/v0/accounts/${was}/rename`))) as { name: string };
      return { path: `/api/v0/accounts/${name}/aliases/${was}`, init: { method: "DELETE" } };
    },
    yields: 204,
  },
};

/** Accounts, rights, logins and settings: what is pulled, and by whom, is no less in the hands of admins. */
export const goesOn = [
  // Nobody ever saw the bytes of a session.
  "DELETE /v2/{name}/blobs/uploads/{id}",
  "POST /auth/token",
  "POST /login",
  "POST /logout",
  "POST /api/v0/meta/settings",
  "POST /api/v0/accounts/import",
  "PATCH /api/v0/accounts/:username/settings",
  "POST /api/v0/accounts/:username/secondFactor",
  "POST /api/v0/accounts/:username/secondFactor/confirm",
  "POST /api/v0/accounts/:username/secondFactor/disable",
  "POST /api/v0/accounts/:username/secondFactor/recoveryCodes",
  "DELETE /api/v0/accounts/:username/secondFactor",
  "DELETE /api/v0/accounts/:username/sessions",
  "DELETE /api/v0/accounts/:username/sessions/:session",
  "POST /api/v0/api_tokens",
  "DELETE /api/v0/api_tokens",
  "PATCH /api/v0/api_tokens/:hashedtoken",
  "DELETE /api/v0/api_tokens/:hashedtoken",
  "POST /api/v0/accounts/:orgname/serviceAccounts",
  "PATCH /api/v0/accounts/:orgname/serviceAccounts/:name",
  "DELETE /api/v0/accounts/:orgname/serviceAccounts/:name",
  "POST /api/v0/accounts/:orgname/serviceAccounts/:name/secrets",
  "POST /api/v0/accounts/:orgname/serviceAccounts/:name/secrets/rotate",
  "DELETE /api/v0/accounts/:orgname/serviceAccounts/:name/secrets/:hashedtoken",
  "POST /api/v0/accounts/:orgname/serviceAccounts/:name/trustRules",
  "DELETE /api/v0/accounts/:orgname/serviceAccounts/:name/trustRules/:rule",
  "PUT /api/v0/accounts/:orgname/serviceAccounts/:name/repositoryAccess/:reponame",
  "DELETE /api/v0/accounts/:orgname/serviceAccounts/:name/repositoryAccess/:reponame",
  "PUT /api/v0/accounts/:orgname/serviceAccounts/:name/namespaceAccess",
  "DELETE /api/v0/accounts/:orgname/serviceAccounts/:name/namespaceAccess",
  "PUT /api/v0/repositories/:namespace/:reponame/teamAccess/:teamname",
  "DELETE /api/v0/repositories/:namespace/:reponame/teamAccess/:teamname",
  "PUT /api/v0/repositories/:namespace/:reponame/userAccess/:grantee",
  "DELETE /api/v0/repositories/:namespace/:reponame/userAccess/:grantee",
  "PUT /api/v0/repositoryNamespaces/:namespace/teamAccess/:teamname",
  "DELETE /api/v0/repositoryNamespaces/:namespace/teamAccess/:teamname",
  "POST /api/v0/repositoryNamespaces/:namespace/patternAccess",
  "DELETE /api/v0/repositoryNamespaces/:namespace/patternAccess/:id",
  "POST /enzi/v0/accounts",
  "PATCH /enzi/v0/accounts/:account",
  "POST /enzi/v0/accounts/:account/changePassword",
  "PUT /enzi/v0/accounts/:account/members/:member",
  "PATCH /enzi/v0/accounts/:account/members/:member",
  "DELETE /enzi/v0/accounts/:account/members/:member",
  "POST /enzi/v0/accounts/:account/teams",
  "PATCH /enzi/v0/accounts/:account/teams/:team",
  "DELETE /enzi/v0/accounts/:account/teams/:team",
  "PUT /enzi/v0/accounts/:account/teams/:team/members/:member",
  "PATCH /enzi/v0/accounts/:account/teams/:team/members/:member",
  "DELETE /enzi/v0/accounts/:account/teams/:team/members/:member",
];

function rename(path: string): Ask {
  const body = JSON.stringify({ name: `to-${crypto.randomUUID().slice(0, 8)}` });
  return { path, init: { method: "POST", body, headers: { "content-type": "application/json" } } };
}

async function send({ berth }: Scene, { path, init }: Ask): Promise<unknown> {
  const headers = { ...(init?.headers as Record<string, string>), authorization: berth.admin };
  return (await berth.fetch(path, { ...init, headers })).json();
}

async function sizeOf({ berth, owner }: Scene, digest: string): Promise<number> {
  const path = `/v2/${repository}/manifests/${digest}`;
  const answer = await berth.fetch(path, { headers: { authorization: owner } });
  return (await answer.text()).length;
}

async function ownRepository({ berth, owner }: Scene): Promise<string> {
  const path = `alice/own-${crypto.randomUUID()}`;
  await pushBlob(berth, owner, path, freshText());
  return path;
}

/** An organization with a repository. */
async function namespaceOf({ berth }: Scene): Promise<string> {
  const name = `org-${crypto.randomUUID().slice(0, 8)}`;
  await pushBlob(berth, berth.admin, `${name}/app`, freshText());
  return name;
}
