// Manifests: HEAD and GET as they were pushed, PUT by tag or digest, DELETE of a tag or of the whole.
import { reachForPush, reachRepository } from "#core/access/reach.ts";
import { deleteReference, getManifest, getManifestBytes, putManifest } from "#core/content/manifests.ts";
import { registryError } from "#oci/error.ts";
import { isTag, parseReference, parseTag, type Reference } from "#oci/reference.ts";
import type { Answer } from "../answer.ts";
import { readBody } from "../body.ts";
import { matches } from "./blobs.ts";
import type { ReadRequest } from "./reads.ts";
import type { V2Handler, V2Request } from "./request.ts";

type OnManifest = { name: string; reference: string };

/** More tags in one push are refused. */
const maxTags = 100;

/** GET, HEAD /v2/<name>/manifests/<reference>. The stored type is answered whatever Accept says: clients cope, 406 breaks them. */
export async function decideManifest(request: ReadRequest, { name, reference: text }: OnManifest): Promise<Answer> {
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
  ctx.counters.pull(repository.id, "tag" in reference ? reference.tag : null);
  return { status: 200, headers, body };
}

/** PUT /v2/<name>/manifests/<reference>[?tag=…] */
export const putManifestContent: V2Handler<OnManifest> = async (request, { name, reference: text }) => {
  const { ctx, caller, c, url, around } = request;
  const reference = parseReference(text);
  const tags = url.searchParams.getAll("tag").map(parseTag);
  if (tags.length > 0 && "tag" in reference)
    throw registryError("TAG_INVALID", "the query parameter tag goes with a push by digest, not by tag");
  if (tags.length > maxTags) return tooManyTags(request);
  const repository = await reachForPush(ctx, caller, name);
  const bytes = await readBody(c, around, manifestLimit(ctx.limits.manifestMaxBytes));
  const contentType = c.req.header("content-type") ?? "";
  const pushed = await putManifest(ctx, { repository, caller }, { bytes, contentType, reference, tags });
  ctx.counters.push(repository.id);
  c.header("Location", `/v2/${name}/manifests/${pushed.digest}`);
  c.header("Docker-Content-Digest", pushed.digest);
  if (pushed.subject) c.header("OCI-Subject", pushed.subject);
  if ("digest" in reference) for (const tag of pushed.tags) c.header("OCI-Tag", tag, { append: true });
  for (const warning of pushed.warnings) c.header("Warning", `299 - "${warning}"`, { append: true });
  c.header("Content-Length", "0");
  return c.body(null, 201);
};

/** DELETE /v2/<name>/manifests/<reference> */
export const deleteManifestReference: V2Handler<OnManifest> = async (request, { name, reference: text }) => {
  const { ctx, caller, c } = request;
  const repository = await reachRepository(ctx, caller, name, "delete");
  await deleteReference(ctx, { repository, caller }, readReference(text));
  return c.body(null, 202, { "Content-Length": "0" });
};

/** In reading, what cannot be a tag is merely a tag that is not there. */
function readReference(text: string): Reference {
  if (text.includes(":") || isTag(text)) return parseReference(text);
  throw registryError("MANIFEST_UNKNOWN", undefined, { Tag: text.slice(0, 200) });
}

function tooManyTags({ c }: V2Request): Response {
  const errors = [{ code: "UNSUPPORTED", message: `at most ${maxTags} tags can be pushed at once`, detail: null }];
  return c.json({ errors }, 414);
}

function manifestLimit(maxBytes: number) {
  const message = `the manifest is larger than the ${maxBytes} bytes that this registry accepts`;
  return { maxBytes, tooLarge: () => registryError("MANIFEST_TOO_LARGE", message, { maxBytes }) };
}
