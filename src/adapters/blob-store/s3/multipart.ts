// The requests of a multipart upload.
import type { S3Client } from "./client.ts";
import { blobHeaders } from "./place.ts";
import { readProblem, S3Problem } from "./problem.ts";
import { forComplete, patienceFor } from "./retry.ts";
import { childrenOf, escapeXml, readXml, textOf } from "./xml.ts";

/** Marks who wrote an object, so that a writer knows its own work again after an answer was lost. */
export const markHeader = "x-amz-meta-berth-writer";

/** An ETag as S3 writes it, without its quotes. */
export function readETag(etag: string | null): string {
  return (etag ?? "").replace(/^"|"$/g, "");
}

/** Begins an upload. @returns its id. */
export async function beginMultipart(client: S3Client, name: string, mark: string): Promise<string> {
  const headers = {
    ...blobHeaders(client.place),
    "content-type": "application/octet-stream",
    [markHeader]: mark,
  };
  const what = "begin a multipart upload";
  const { text } = await client.ask({ what, method: "POST", name, query: { uploads: "" }, headers });
  const root = readXml(text);
  const id = root ? textOf(root, "UploadId") : "";
  if (id === "") throw new S3Problem(what, { status: 200, code: "an answer without an id" });
  return id;
}

/** Sends a part. @param input.number from 1. @returns its ETag. */
export async function sendPart(
  client: S3Client,
  upload: { name: string; id: string },
  input: { number: number; body: Uint8Array<ArrayBuffer>; bodyHash: string | null; signal: AbortSignal },
): Promise<string> {
  const { headers } = await client.ask({
    what: "take a part of an upload",
    method: "PUT",
    name: upload.name,
    query: { partNumber: String(input.number), uploadId: upload.id },
    body: input.body,
    bodyHash: input.bodyHash,
    patience: patienceFor(input.body.byteLength),
    signal: input.signal,
  });
  return readETag(headers.get("etag"));
}

/**
 * Puts the parts together. S3 may begin its answer with 200 before it knows the outcome, so only the body counts.
 * @returns the object's ETag.
 */
export async function completeMultipart(
  client: S3Client,
  upload: { name: string; id: string },
  input: { etags: readonly string[]; headers: Record<string, string> },
): Promise<string> {
  const what = "put an upload together";
  const parts = input.etags.map(
    (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>"${escapeXml(etag)}"</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`;
  let etag = "";
  await client.ask(
    {
      what,
      method: "POST",
      name: upload.name,
      query: { uploadId: upload.id },
      headers: { ...input.headers, "content-type": "application/xml" },
      body: new TextEncoder().encode(body),
      patience: forComplete,
    },
    (answer) => {
      const root = readXml(answer.text.trim());
      if (root?.name === "Error") throw readProblem(what, answer);
      etag = root ? readETag(textOf(root, "ETag")) : "";
      if (etag === "") throw new S3Problem(what, { status: 0, code: "an answer that broke off" });
    },
  );
  return etag;
}

/** Ends an upload and drops its parts; one that is not there is no error. */
export async function abortMultipart(client: S3Client, name: string, id: string): Promise<void> {
  try {
    await client.ask({ what: "abort an upload", method: "DELETE", name, query: { uploadId: id } });
  } catch (error) {
    if (!(error instanceof S3Problem) || error.status !== 404) throw error;
  }
}

/** An upload that was begun and neither completed nor aborted. */
export interface UnfinishedUpload {
  name: string;
  id: string;
}

/** The unfinished uploads below a prefix. Some servers (MinIO) list those of one whole name only. */
export async function* listMultiparts(client: S3Client, prefix: string): AsyncGenerator<UnfinishedUpload> {
  let marker: Record<string, string> = {};
  for (;;) {
    const query = { uploads: "", prefix, ...marker };
    const { text } = await client.ask({ what: "list unfinished uploads", method: "GET", name: "", query });
    const root = readXml(text);
    if (!root) throw new S3Problem("list unfinished uploads", { status: 0, code: "an answer that broke off" });
    for (const upload of childrenOf(root, "Upload"))
      yield { name: textOf(upload, "Key"), id: textOf(upload, "UploadId") };
    if (textOf(root, "IsTruncated") !== "true") return;
    marker = { "key-marker": textOf(root, "NextKeyMarker"), "upload-id-marker": textOf(root, "NextUploadIdMarker") };
  }
}

/** Aborts the unfinished uploads of one name, but for one. */
export async function abortOthers(client: S3Client, name: string, keep: string | null): Promise<void> {
  for await (const upload of listMultiparts(client, name))
    if (upload.name === name && upload.id !== keep) await abortMultipart(client, name, upload.id);
}
