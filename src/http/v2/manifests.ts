// Manifests: HEAD and GET as they were pushed, PUT by tag or digest, DELETE of a tag or of the whole.
import { reachForPush, reachRepository } from "#core/access/reach.ts";
import { notePull } from "#core/audit/note.ts";
import { remembered } from "#core/cache/remembered.ts";
import { getManifest, getManifestBytes, putManifest } from "#core/content/manifests.ts";
import { deleteReference } from "#core/content/removal.ts";
import { registryError } from "#oci/error.ts";
import { isTag, parseReference, parseTag, type Reference } from "#oci/reference.ts";
import { type Answer, jsonAnswer } from "../answer.ts";
import { readBody } from "../body.ts";
import { matches } from "./blobs.ts";
import type { V2Handler } from "./request.ts";

type OnManifest = { name: string; reference: string };

/** More tags in one push are refused. */
const maxTags = 100;

/** GET, HEAD /v2/<name>/manifests/<reference>. The stored type is answered whatever Accept says: clients cope, 406 breaks them. */
export const getManifestContent: V2Handler<OnManifest> = async (request, { name, reference: text }) => {
  const { ctx, caller, head } = request;
  const repository = await reachRepository(ctx, caller, name, "pull");
  const reference = readReference(text);
  const manifest = await getManifest(ctx, repository.id, reference);
  const etag = `"${manifest.digest}"`;
  const headers: Record<string, string> = {
    "Content-Type": manifest.mediaType,
    "Docker-Content-Digest": manifest.digest,
    ETag: etag,
    "Cache-Control": "tag" in reference ? "private, no-cache" : "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
  };
  if (matches(head.header("if-none-match"), etag)) return { status: 304, headers, body: null };
  headers["Content-Length"] = String(manifest.sizeBytes);
  if (head.method === "HEAD") return { status: 200, headers, body: null };
  const body = await getManifestBytes(ctx, repository.id, manifest);
  notePull(ctx, caller, repository, "tag" in reference ? reference.tag : null);
  return { status: 200, headers, body };
};

/** PUT /v2/<name>/manifests/<reference>[?tag=…] */
export const putManifestContent: V2Handler<OnManifest> = async (request, { name, reference: text }) => {
  const { ctx, caller, head } = request;
  const reference = parseReference(text);
  const tags = head.search.getAll("tag").map(parseTag);
  if (tags.length > 0 && "tag" in reference)
    throw registryError("TAG_INVALID", "the query parameter tag goes with a push by digest, not by tag");
  if (tags.length > maxTags) return tooManyTags();
  const repository = await reachForPush(ctx, caller, name);
  const bytes = await readBody(head, request, manifestLimit(ctx.limits.manifestMaxBytes));
  const contentType = head.header("content-type") ?? "";
  const pushed = await putManifest(ctx, { repository, caller }, { bytes, contentType, reference, tags });
  ctx.counters.push(repository.id);
  const headers: Answer["headers"] = {
    Location: `/v2/${name}/manifests/${pushed.digest}`,
    "Docker-Content-Digest": pushed.digest,
    "Content-Length": "0",
  };
  if (pushed.subject) headers["OCI-Subject"] = pushed.subject;
  if ("digest" in reference && pushed.tags.length > 0) headers["OCI-Tag"] = pushed.tags;
  if (pushed.warnings.length > 0) headers.Warning = pushed.warnings.map((warning) => `299 - "${warning}"`);
  return { status: 201, headers, body: null };
};

/** DELETE /v2/<name>/manifests/<reference> */
export const deleteManifestReference: V2Handler<OnManifest> = async (request, { name, reference: text }) => {
  const { ctx, caller } = request;
  const repository = await reachRepository(ctx, caller, name, "delete");
  await deleteReference(ctx, { repository, caller }, readReference(text));
  return { status: 202, headers: { "Content-Length": "0" }, body: null };
};

/** In reading, what cannot be a tag is merely a tag that is not there. */
const readReference = remembered((text): Reference => {
  if (text.includes(":") || isTag(text)) return parseReference(text);
  throw registryError("MANIFEST_UNKNOWN", undefined, { Tag: text.slice(0, 200) });
});

function tooManyTags(): Answer {
  const errors = [{ code: "UNSUPPORTED", message: `at most ${maxTags} tags can be pushed at once`, detail: null }];
  return { ...jsonAnswer({ errors }), status: 414 };
}

function manifestLimit(maxBytes: number) {
  const message = `the manifest is larger than the ${maxBytes} bytes that this registry accepts`;
  return { maxBytes, tooLarge: () => registryError("MANIFEST_TOO_LARGE", message, { maxBytes }) };
}
