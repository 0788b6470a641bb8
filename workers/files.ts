// Writes small whole files beside the request loop, many in one task: each that has the digest it should is durable afterwards.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Digest } from "#oci/digest.ts";
import { countLent } from "./collect.ts";

export interface FilesTask {
  /** False: nothing is synced. */
  durable: boolean;
  files: readonly { file: string; bytes: Uint8Array; digest: Digest }[];
}

/** What the system said when it would not. */
interface Failed {
  failed: { code: string; syscall: string };
}

/** What the system says of a file that is written. */
interface Written {
  sizeBytes: number;
  stamp: string;
}

/** What became of a file; null when its bytes do not have the digest. */
export type FileWritten = Written | Failed | null;

/** In the order of the files. One that fails does not keep the others. */
export function writeFiles({ durable, files }: FilesTask): FileWritten[] {
  countLent(files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  const begun = files.map(({ file, bytes, digest }) => {
    if (createHash(digest.algorithm).update(bytes).digest("hex") !== digest.hex) return null;
    return attempt(() => writeFile(file, bytes));
  });
  // All are on their way to the disk before the first is waited for.
  const written = begun.map((fd) => (typeof fd === "number" ? attempt(() => finishFile(fd, durable)) : fd));
  if (!durable) return written;
  const folders = new Map<string, null | Failed>();
  return written.map((one, i) => {
    if (one === null || "failed" in one) return one;
    const folder = path.dirname((files[i] as FilesTask["files"][number]).file);
    const synced = folders.has(folder) ? folders.get(folder) : attempt(() => syncFolder(folder));
    folders.set(folder, synced ?? null);
    return synced ?? one;
  });
}

function attempt<T>(work: () => T): T | Failed {
  try {
    return work();
  } catch (error) {
    const { code = "UNKNOWN", syscall = "write" } = error as NodeJS.ErrnoException;
    return { failed: { code, syscall } };
  }
}

function writeFile(file: string, bytes: Uint8Array): number {
  const fd = fs.openSync(file, fs.constants.O_CREAT | fs.constants.O_TRUNC | fs.constants.O_RDWR, 0o640);
  try {
    for (let at = 0; at < bytes.byteLength; ) at += fs.writeSync(fd, bytes, at, bytes.byteLength - at, at);
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

function finishFile(fd: number, durable: boolean): Written {
  try {
    if (durable) fs.fsyncSync(fd);
    const { size, ctimeNs } = fs.fstatSync(fd, { bigint: true });
    return { sizeBytes: Number(size), stamp: String(ctimeNs) };
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes the entries of a folder durable. */
function syncFolder(folder: string): null {
  const fd = fs.openSync(folder, fs.constants.O_RDONLY);
  try {
    fs.fsyncSync(fd);
    return null;
  } finally {
    fs.closeSync(fd);
  }
}
