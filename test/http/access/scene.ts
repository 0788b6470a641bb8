// The people, tokens and repositories of the tests of access.
import { startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, createRepository, digestOf, pushBlob, pushImage } from "./registry.ts";

/** Who asks, and with what. A bearer's token was asked for `*` on the repository of the request, if nothing else is said. */
export const roles = [
  "anonymous",
  "stranger",
  "owner",
  "admin",
  "stranger's token",
  "owner's token",
  "owner's token for another repository",
  "owner's token for nothing",
  "admin's token",
  "anonymous token",
] as const;
export type Role = (typeof roles)[number];

export interface Scene {
  berth: Target;
  owner: string;
  stranger: string;
  /** `Authorization` of a role towards a repository. */
  authorize(role: Role, repository: string): Promise<string | null>;
}

export const repositories = { private: "alice/app", public: "alice/pub", other: "alice/oth" } as const;

export async function startScene(): Promise<Scene> {
  const berth = await startTarget("fetch");
  const owner = await berth.addUser("alice");
  const stranger = await berth.addUser("bob");
  await createRepository(berth, owner, repositories.private, "private");
  await createRepository(berth, owner, repositories.public, "public");
  await createRepository(berth, owner, repositories.other, "private");
  const token = (who: string | null, repository: string) => bearer(berth, who, `repository:${repository}:*`);
  const authorize = (role: Role, repository: string): Promise<string | null> => {
    const ways: Record<Role, () => Promise<string | null>> = {
      anonymous: async () => null,
      stranger: async () => stranger,
      owner: async () => owner,
      admin: async () => berth.admin,
      "stranger's token": () => token(stranger, repository),
      "owner's token": () => token(owner, repository),
      "owner's token for another repository": () => token(owner, repositories.other),
      "owner's token for nothing": () => bearer(berth, owner),
      "admin's token": () => token(berth.admin, repository),
      "anonymous token": () => token(null, repository),
    };
    return ways[role]();
  };
  return { berth, owner, stranger, authorize };
}

let count = 0;

/** Another text each time, so that nothing pushed before is met again. */
export function freshText(): string {
  return `{"made":${++count},"at":"${crypto.randomUUID()}"}`;
}

/** A session whose owner is the one who will use it, where that one may have one at all. */
export async function beginSession(scene: Scene, repository: string, role: Role): Promise<string> {
  const who = role.startsWith("admin") ? scene.berth.admin : scene.owner;
  const answer = await scene.berth.fetch(`/v2/${repository}/blobs/uploads/`, { method: "POST", ...as(who) });
  return answer.headers.get("location") as string;
}

/** A blob that no manifest holds. */
export function freshBlob(scene: Scene, repository: string): Promise<string> {
  return pushBlob(scene.berth, scene.owner, repository, freshText());
}

/** A manifest's digest. */
export async function freshManifest(scene: Scene, repository: string): Promise<string> {
  return (await pushImage(scene.berth, scene.owner, repository, "fresh", freshText())).manifest;
}

/** The body of a manifest that may be pushed to the repository. */
export async function freshManifestBody(scene: Scene, repository: string): Promise<string> {
  const text = freshText();
  await pushBlob(scene.berth, scene.owner, repository, text);
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(text), size: text.length };
  return JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [] });
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
