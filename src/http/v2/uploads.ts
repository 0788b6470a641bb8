// Blob uploads: POST begins (or mounts, or brings a whole blob), PATCH appends, PUT finishes, GET tells, DELETE cancels.
import { reachForPush, reachRepository, requireStill } from "#core/access/reach.ts";
import { mountBlob } from "#core/content/blobs.ts";
import type { UploadState, Where } from "#core/content/where.ts";
import type { Incoming } from "#core/uploads/receive.ts";
import { appendUpload, beginUpload, cancelUpload, finishUpload, getUpload } from "#core/uploads/uploads.ts";
import { type Digest, findDigest, formatDigest, isDigestAlgorithm, parseDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { formatUploadRange } from "#oci/range.ts";
import type { Answer } from "../answer.ts";
import { incoming, type V2Handler, type V2Request } from "./request.ts";
import { uploadLocation } from "./upload-location.ts";

type OnUploads = { name: string };
type OnUpload = { name: string; id: string };
/** The name is the one that the client asked for, which may be a former one. */
type Named = Where & { name: string };

/** POST /v2/<name>/blobs/uploads/[?mount=[&from=]|?digest=|?digest-algorithm=] */
export const postUploads: V2Handler<OnUploads> = async (request, { name }) => {
  const { ctx, caller, head, body } = request;
  const digestText = head.search.get("digest");
  const digest = digestText === null ? null : parseDigest(digestText);
  const algorithm = announcedAlgorithm(head.search);
  const where: Where = { repository: await reachForPush(ctx, caller, name), caller };
  const mounted = await tryMount(request, where);
  if (mounted) return created(name, mounted);
  // Some clients announce a digest but bring no bytes: they go on with a session.
  const empty = body === null || head.header("content-length") === "0";
  const whole = digest && !(empty && !isEmptyDigest(digest)) ? { digest, bytes: incoming(request) } : null;
  const session = await beginUpload(ctx, where, digest?.algorithm ?? algorithm);
  if (!whole) return accepted(request, { ...where, name }, session, 202);
  try {
    return await finish(request, { ...where, name }, session.id, whole);
  } catch (error) {
    // The client never learned of the session, so nobody could go on with it.
    await cancelUpload(ctx, where, session.id).catch(() => {});
    throw error;
  }
};

/** PATCH /v2/<name>/blobs/uploads/<id> */
export const patchUpload: V2Handler<OnUpload> = async (request, { name, id }) => {
  const { ctx, caller } = request;
  const repository = await reachRepository(ctx, caller, name, "push");
  const where = { repository, caller };
  return accepted(request, { ...where, name }, await appendUpload(ctx, where, id, incoming(request)), 202);
};

/** PUT /v2/<name>/blobs/uploads/<id>?digest= */
export const putUpload: V2Handler<OnUpload> = async (request, { name, id }) => {
  const { ctx, caller, head } = request;
  const repository = await reachRepository(ctx, caller, name, "push");
  const text = head.search.get("digest");
  if (text === null) throw registryError("DIGEST_INVALID", "the closing PUT needs the query parameter digest");
  return finish(request, { repository, caller, name }, id, { digest: parseDigest(text), bytes: incoming(request) });
};

/** GET, HEAD /v2/<name>/blobs/uploads/<id> */
export const getUploadStatus: V2Handler<OnUpload> = async (request, { name, id }) => {
  const { ctx, caller } = request;
  const repository = await reachRepository(ctx, caller, name, "push");
  const where = { repository, caller };
  return accepted(request, { ...where, name }, await getUpload(ctx, where, id), 204);
};

/** DELETE /v2/<name>/blobs/uploads/<id>. Needs no more than the right to push. */
export const deleteUpload: V2Handler<OnUpload> = async (request, { name, id }) => {
  const { ctx, caller } = request;
  const repository = await reachRepository(ctx, caller, name, "push");
  await cancelUpload(ctx, { repository, caller }, id);
  return { status: 204, headers: {}, body: null };
};

/** A mount that cannot be done, for whatever reason, becomes an ordinary session: the answer tells nothing. */
async function tryMount(request: V2Request, where: Where): Promise<Digest | null> {
  const { ctx, head } = request;
  const digest = findDigest(head.search.get("mount") ?? "");
  if (!digest) return null;
  return (await mountBlob(ctx, where, digest, head.search.get("from"))) ? digest : null;
}

function announcedAlgorithm(search: URLSearchParams): string | null {
  const algorithm = search.get("digest-algorithm");
  if (algorithm === null || isDigestAlgorithm(algorithm)) return algorithm;
  throw registryError(
    "DIGEST_INVALID",
    `digest algorithm ${algorithm.slice(0, 50)} is not supported: use sha256 or sha512`,
  );
}

const emptyDigests = new Set([
  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
]);

function isEmptyDigest(digest: Digest): boolean {
  return emptyDigests.has(formatDigest(digest));
}

async function finish(
  request: V2Request,
  { name, ...where }: Named,
  id: string,
  { digest, bytes }: { digest: Digest; bytes: Incoming },
): Promise<Answer> {
  const { ctx } = request;
  const { repository, caller } = where;
  const mayStill = () => requireStill(ctx, caller, repository, "push");
  await finishUpload(ctx, where, { id, digest, incoming: bytes, mayStill });
  return created(name, digest);
}

function created(name: string, digest: Digest): Answer {
  const text = formatDigest(digest);
  const headers = { Location: `/v2/${name}/blobs/${text}`, "Docker-Content-Digest": text, "Content-Length": "0" };
  return { status: 201, headers, body: null };
}

async function accepted(
  surface: V2Request,
  { repository, caller, name }: Named,
  session: UploadState,
  status: 202 | 204,
): Promise<Answer> {
  const there = { id: session.id, name, repositoryId: repository.id };
  const headers = {
    Location: await uploadLocation(surface, caller, there),
    Range: formatUploadRange(session.offset),
    "Docker-Upload-UUID": session.id,
    ...(status === 202 ? { "Content-Length": "0" } : {}),
  };
  return { status, headers, body: null };
}
