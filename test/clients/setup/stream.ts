// Streams blobs of any size over HTTP without holding them: made as they are sent, judged as they arrive, slowed down on demand.
import { createHash } from "node:crypto";
import http from "node:http";
import { pause } from "./daemon.ts";

/** A transfer's pace: `bytesPerSecond` for so long, then as fast as it goes. */
export interface Pace {
  bytesPerSecond: number;
  seconds: number;
}

export interface Sent {
  status: number;
  location: string;
  /** Of the bytes that were sent. */
  digest: string;
}

export interface Received {
  status: number;
  digest: string;
  sizeBytes: number;
}

const mebibyte = 1024 * 1024;

/** Bytes that look random, differ from block to block, and are the same each time. */
export function* makeBytes(sizeBytes: number): Generator<Buffer> {
  const block = Buffer.alloc(mebibyte);
  for (let i = 0, x = 1; i < mebibyte; i += 4) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    block.writeUInt32LE(x, i);
  }
  for (let start = 0; start < sizeBytes; start += mebibyte) {
    const next = Buffer.from(block); // The last one may still be on its way.
    next.writeDoubleLE(start, 0);
    yield next.subarray(0, Math.min(mebibyte, sizeBytes - start));
  }
}

/** PATCHes a stream of unknown length, as docker does. */
export async function sendStream(url: string, token: string, input: { sizeBytes: number; pace?: Pace }): Promise<Sent> {
  const { sizeBytes, pace } = input;
  const hash = createHash("sha256");
  const headers = { authorization: `Bearer ${token}`, "transfer-encoding": "chunked" };
  const request = http.request(url, { method: "PATCH", headers });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  answered.catch(() => {}); // Awaited below, after the bytes.
  for await (const piece of pace ? slowed(makeBytes(sizeBytes), pace) : makeBytes(sizeBytes)) {
    hash.update(piece);
    if (!request.write(piece)) await Promise.race([new Promise((resolve) => request.once("drain", resolve)), answered]);
  }
  request.end();
  const answer = await answered;
  answer.resume();
  const { location = "" } = answer.headers;
  return { status: answer.statusCode ?? 0, location, digest: `sha256:${hash.digest("hex")}` };
}

/** GETs a blob; while it is paced it takes no more from the connection than its share. */
export async function receiveStream(url: string, token: string, pace?: Pace): Promise<Received> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, { headers: { authorization: `Bearer ${token}` } }, resolve).once("error", reject);
  });
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const begun = Date.now();
  for await (const chunk of answer) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (!pace) continue;
    const due = begun + Math.min(sizeBytes / pace.bytesPerSecond, pace.seconds) * 1000;
    if (due > Date.now()) await pause(due - Date.now());
  }
  return { status: answer.statusCode ?? 0, digest: `sha256:${hash.digest("hex")}`, sizeBytes };
}

async function* slowed(blocks: Iterable<Buffer>, pace: Pace): AsyncGenerator<Buffer> {
  const end = Date.now() + pace.seconds * 1000;
  const piece = Math.ceil(pace.bytesPerSecond / 2);
  for (const block of blocks) {
    let start = 0;
    for (; start < block.length && Date.now() < end; start += piece) {
      yield block.subarray(start, start + piece);
      await pause(500);
    }
    if (start < block.length) yield block.subarray(start);
  }
}
