// The one gate through which tags move: what holds a tag in place is decided here, for every way in.
import { insertEvents } from "#db/queries/events.ts";
import { findManifestDigests } from "#db/queries/manifests.ts";
import { lockTagLimit } from "#db/queries/repositories.ts";
import type { Db } from "#db/queries/rows.ts";
import { deleteOldestTags, type TagPut } from "#db/queries/tags.ts";
import { registryError } from "#oci/error.ts";
import type { Manifest } from "#oci/manifest.ts";
import { findTaggedSubject } from "#oci/reference.ts";
import { eventOf } from "../tell.ts";
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
  const frozen = repository.immutableTags ? await plainNames(db, repository.id, names) : [];
  // Engines that push an index put its children to the tag first: the index may then take the tag from its own child.
  const mayLeave = manifest.references
    .filter((reference) => reference.kind === "child")
    .map((reference) => reference.digest);
  const pushedBy = caller.account?.id ?? null;
  return { repositoryId: repository.id, names, digest, pushedBy, now, frozen, mayLeave };
}

/**
 * Begins a push to a repository that holds a limited number of tags: others wait until the transaction ends.
 * @returns how many it holds, and the moment of the push, which is later than that of any before.
 * @throws DENIED for a push of more tags than it holds.
 */
export async function enterLimit(
  tx: Db,
  { repository }: Where,
  { names, now }: { names: readonly string[]; now: Date },
): Promise<{ tagLimit: number; now: Date }> {
  const { tagLimit, latest } = await lockTagLimit(tx, repository.id);
  if (tagLimit > 0 && names.length > tagLimit) {
    const { length } = await plainNames(tx, repository.id, names);
    if (length > tagLimit)
      throw registryError(
        "DENIED",
        `${repository.path} holds at most ${tagLimit} tags: ${length} cannot be pushed at once`,
        { tagLimit },
      );
  }
  return { tagLimit, now: latest && latest >= now ? new Date(latest.getTime() + 1) : now };
}

/** First in, first out, as DTR did it: the tags that were pushed longest ago go, each with its event. @returns their names. */
export async function keepLimit(
  tx: Db,
  { repository, caller }: Where,
  move: { names: readonly string[]; tagLimit: number; now: Date },
): Promise<string[]> {
  const { names, tagLimit, now } = move;
  if (tagLimit === 0) return [];
  const gone = await deleteOldestTags(tx, repository.id, { count: tagLimit, names });
  const eventOfTag = ({ name, digest }: { name: string; digest: string }) =>
    eventOf({ at: now, type: "tag.delete", repository, caller, detail: { tag: name, digest, by: "tag limit" } });
  await insertEvents(tx, gone.map(eventOfTag));
  return gone.map(({ name }) => name);
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

/**
 * All but tags in which clients gather signatures of a manifest of this repository: those stay movable where tags are immutable, since
 * a second signature is no overwrite, and take no place where tags are limited.
 */
async function plainNames(db: Db, repositoryId: string, names: readonly string[]): Promise<string[]> {
  const subjects = names.map(findTaggedSubject).filter((subject) => subject !== null);
  const present = await findManifestDigests(db, repositoryId, subjects);
  return names.filter((name) => !present.has(findTaggedSubject(name) ?? ""));
}
