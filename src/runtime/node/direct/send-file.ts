// Sends part of a local file to a client: from pooled memory straight to the socket, without a web stream between.
import fs from "node:fs";
import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import type { Buffers } from "./buffers.ts";

const open = promisify(fs.open);
const read = promisify(fs.read) as (
  fd: number,
  options: fs.ReadOptionsWithBuffer<Buffer>,
) => Promise<{ bytesRead: number }>;

/** Pieces that may be on their way to the socket: one is read while the other is sent. */
const maxUnderWay = 2;

/** A file as it was recorded when it became a blob. */
export interface RecordedFile {
  path: string;
  sizeBytes: number;
  stamp: string | null;
}

/** Opens the file, if it still is what was recorded. @returns its descriptor, or null. */
export async function openRecorded(file: RecordedFile): Promise<number | null> {
  if (file.stamp === null) return null;
  let fd: number;
  try {
    fd = await open(file.path, fs.constants.O_RDONLY);
  } catch {
    return null;
  }
  try {
    // Of an open file this is at hand, while asking a thread for it means to wake one.
    const { size, ctimeNs } = fs.fstatSync(fd, { bigint: true });
    if (Number(size) === file.sizeBytes && String(ctimeNs) === file.stamp) return fd;
  } catch {
    // What cannot be looked at is read the careful way, which says what is wrong.
  }
  closeFile(fd);
  return null;
}

/** Nothing was written to the file, so nothing is waited for. */
export function closeFile(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // It is not open: then there is nothing to close.
  }
}

/** The bytes of an open file. @throws when it is shorter or cannot be read. */
export async function readWhole(fd: number, sizeBytes: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    const { bytesRead } = await read(fd, { buffer, offset: at, length: sizeBytes - at, position: at });
    if (bytesRead === 0) throw shorter();
    at += bytesRead;
  }
  return buffer;
}

const shorter = () => new Error("the file is shorter than its blob");

/** What sending reports while it runs. */
export interface Progress {
  waits(): void;
  moved(bytes: number): void;
}

/**
 * Sends the bytes from `start` to `end` (inclusive) as the body of a response whose head is written.
 * @throws when the file turns out shorter, cannot be read, or the client is gone; the response is not ended then.
 */
export async function sendFile(
  res: ServerResponse,
  source: { fd: number; start: number; end: number; buffers: Buffers },
  progress: Progress,
): Promise<void> {
  const { fd, end, buffers } = source;
  let at = source.start;
  let underWay = 0;
  let failed: Error | null = null;
  let wake = () => {};
  const room = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      progress.waits();
    });
  const gone = () => {
    failed ??= new Error("the client went away");
    wake();
  };
  res.once("close", gone);
  try {
    while (at <= end && !failed) {
      const buffer = buffers.take();
      const wanted = Math.min(buffer.byteLength, end + 1 - at);
      const { bytesRead } = await read(fd, { buffer, offset: 0, length: wanted, position: at }).catch((error) => {
        buffers.giveBack(buffer);
        throw error;
      });
      if (bytesRead === 0 || failed) {
        buffers.giveBack(buffer);
        if (failed) break;
        throw shorter();
      }
      at += bytesRead;
      underWay++;
      res.write(bytesRead === buffer.byteLength ? buffer : buffer.subarray(0, bytesRead), (error) => {
        buffers.giveBack(buffer);
        underWay--;
        if (error) failed ??= error;
        else progress.moved(bytesRead);
        wake();
      });
      if (underWay >= maxUnderWay) await room();
    }
    while (underWay > 0 && !failed) await room();
    if (failed) throw failed;
  } finally {
    res.off("close", gone);
  }
}

/** The same from memory, which may be sent to many at once. @throws when the client is gone; the response is not ended then. */
export async function sendBytes(res: ServerResponse, bytes: Uint8Array, progress: Progress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const gone = () => reject(new Error("the client went away"));
    res.once("close", gone);
    res.write(bytes, (error) => {
      res.off("close", gone);
      if (error) return reject(error);
      progress.moved(bytes.byteLength);
      resolve();
    });
    progress.waits();
  });
}
