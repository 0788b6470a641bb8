// The one gate through which tags move: what holds a tag in place is decided here, for every way in.
import { findManifestDigests } from "#db/queries/manifests.ts";
import type { Db } from "#db/queries/rows.ts";
import type { TagPut } from "#db/queries/tags.ts";
import { registryError } from "#oci/error.ts";
import type { Manifest } from "#oci/manifest.ts";
import { findTaggedSubject } from "#oci/reference.ts";
import type { Where } from "./where.ts";

/** Tags, and the manifest that they are to name. */
interface TagMove {
  names: readonly string[];
  digest: string;
  manifest: Manifest;
  now: Date;
}

/** What moves tags, with what holds them. Whoever stores it must hear `requireMoved` on the outcome, in the same transaction. */
export async function planMove(db: Db, where: Where, move: TagMove): Promise<TagPut> {
  const { repository, caller } = where;
  const { names, digest, manifest, now } = move;
  const frozen = repository.immutableTags ? await frozenNames(db, repository.id, names) : [];
  // Engines that push an index put its children to the tag first: the index may then take the tag from its own child.
  const mayLeave = manifest.references
    .filter((reference) => reference.kind === "child")
    .map((reference) => reference.digest);
  const pushedBy = caller.account?.id ?? null;
  return { repositoryId: repository.id, names, digest, pushedBy, now, frozen, mayLeave };
}

/** @throws DENIED when a tag of an immutable repository did not move. */
export function requireMoved({ repository }: Where, names: readonly string[], moved: readonly string[]): void {
  const held = names.find((name) => !moved.includes(name));
  if (held === undefined) return;
  // DTR's sentence: scripts look for it.
  throw registryError(
    "DENIED",
    `tag=${held} cannot be overwritten because ${repository.path} is an immutable repository`,
    { tag: held },
  );
}

/** Tags in which clients gather signatures of a manifest of this repository stay movable: a second signature is no overwrite. */
async function frozenNames(db: Db, repositoryId: string, names: readonly string[]): Promise<string[]> {
  const subjects = names.map(findTaggedSubject).filter((subject) => subject !== null);
  const present = await findManifestDigests(db, repositoryId, subjects);
  return names.filter((name) => !present.has(findTaggedSubject(name) ?? ""));
}
