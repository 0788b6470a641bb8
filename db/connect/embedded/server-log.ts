// PostgreSQL's own log: one file in the data folder, set aside when it has grown, quoted when a start fails.
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { fileError } from "./error.ts";

const ROTATE_BYTES = 10 * 1024 * 1024;
const QUOTE_BYTES = 4096;

/** Moves a log over 10 MiB to `<path>.1`, over an older one. */
export function rotateServerLog(path: string): void {
  const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes > ROTATE_BYTES) renameSync(path, `${path}.1`);
}

/** Opens the log for appending; the child inherits the descriptor, so that it needs no right to the file. */
export function openServerLog(path: string): { fd: number; sizeBytes: number } {
  try {
    // Root must not be led to another file by a link in a folder that someone else owns.
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    const fd = openSync(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
    return { fd, sizeBytes: fstatSync(fd).size };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The end of what was written after `fromBytes`. */
export function quoteServerLog(path: string, fromBytes: number): string {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const start = Math.max(fromBytes, fstatSync(fd).size - QUOTE_BYTES);
    const buffer = Buffer.alloc(QUOTE_BYTES);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, QUOTE_BYTES, start));
  } finally {
    closeSync(fd);
  }
}
