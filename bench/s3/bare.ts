// The bare client: a multipart upload and a download by curl alone, which is what the line and the server allow.
import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContentFile } from "../peers/content/blobs.ts";
import { run } from "../peers/load/wrk.ts";
import type { S3Server } from "./server.ts";

export const partBytes = 8 * 1024 * 1024;
/** As many as Berth sends at once. */
const atOnce = 4;

/** Cuts a file into parts beside it. @returns their paths. */
export function cutParts({ path, sizeBytes }: ContentFile): string[] {
  const file = openSync(path, "r");
  const memory = Buffer.alloc(partBytes);
  const parts = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, i) => {
    const part = `${path}.${i}`;
    writeFileSync(part, memory.subarray(0, readSync(file, memory, 0, partBytes, i * partBytes)));
    return part;
  });
  closeSync(file);
  return parts;
}

/** Uploads the parts, several at a time, and puts them together. */
export async function pushBare(server: S3Server, input: { name: string; parts: string[]; scratch: string }) {
  const path = `/${input.name}`;
  const begun = await run("curl", ["-sS", "-X", "POST", await server.sign("POST", `${path}?uploads=`)]);
  const id = /<UploadId>([^<]+)/.exec(begun)?.[1];
  if (id === undefined) throw new Error(`no upload was begun: ${begun}`);
  const etags = await sendParts(server, { ...input, path, id });
  const list = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
  const done = await run("curl", ["-sS", "--data-binary", body, await server.sign("POST", `${path}?uploadId=${id}`)]);
  if (!done.includes("ETag")) throw new Error(`the upload was not put together: ${done}`);
}

interface Parts {
  path: string;
  id: string;
  parts: string[];
  scratch: string;
}

/** @returns the parts' ETags, as they come: in quotes. */
async function sendParts(server: S3Server, { path, id, parts, scratch }: Parts): Promise<string[]> {
  const orders = parts.map(async (part, i) => {
    const url = await server.sign("PUT", `${path}?partNumber=${i + 1}&uploadId=${id}`);
    const report = `write-out = "${i} %header{etag}\\n"`;
    return `url = "${url}"\nupload-file = "${part}"\noutput = "/dev/null"\nheader = "Expect:"\n${report}\n`;
  });
  const file = join(scratch, "curl.conf");
  writeFileSync(file, (await Promise.all(orders)).join("next\n"));
  const words = ["-Z", "--parallel-immediate", "--no-progress-meter", "--parallel-max", String(atOnce), "-K", file];
  const report = await run("curl", words);
  rmSync(file);
  const etags: string[] = [];
  for (const [, i, etag] of report.matchAll(/^(\d+) (".+")\s*$/gm)) etags[Number(i)] = etag as string;
  if (etags.filter(Boolean).length !== parts.length)
    throw new Error(`parts were refused, their answers have no ETag: ${report.slice(0, 200)}`);
  return etags;
}

export async function pullBare(server: S3Server, { name, sizeBytes }: { name: string; sizeBytes: number }) {
  const url = await server.sign("GET", `/${name}`);
  const report = await run("curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", url]);
  if (report !== `200 ${sizeBytes}`) throw new Error(`the object could not be read: ${report}`);
}
