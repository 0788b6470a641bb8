// Reads one blob's file, and tells what it is at that moment.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import { BlobStoreError, type Reading, type Sealed } from "#ports/blob-store.ts";
import { storeProblem } from "./fs-problem.ts";

const readChunkBytes = 128 * 1024;

/** Size and ctime of a file, or null when it is not there. */
export async function statFile(file: string): Promise<Sealed | null> {
  try {
    return describe(await fs.stat(file, { bigint: true }));
  } catch (error) {
    return absent(error);
  }
}

/** Opens the bytes from `start` to `end` (inclusive), or null when there is no such file. What is told of it is told of the very file that the bytes come from. */
export async function openFileReader(file: string, range: { start: number; end: number }): Promise<Reading | null> {
  const handle = await fs.open(file, constants.O_RDONLY).catch(absent);
  if (!handle) return null;
  try {
    const seen = describe(await handle.stat({ bigint: true }));
    if (seen.sizeBytes <= range.end) throw tooShort();
    return { body: stream(handle, range), ...seen };
  } catch (error) {
    await handle.close();
    return storeProblem(error);
  }
}

function stream(handle: fs.FileHandle, range: { start: number; end: number }): ReadableStream<Uint8Array> {
  let at = range.start;
  const close = () => handle.close().catch(() => {});
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const wanted = Math.min(readChunkBytes, range.end + 1 - at);
        if (wanted <= 0) {
          await close();
          return controller.close();
        }
        try {
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, at);
          if (bytesRead === 0) throw tooShort();
          at += bytesRead;
          controller.enqueue(buffer.subarray(0, bytesRead));
        } catch (error) {
          await close();
          storeProblem(error);
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

function describe({ size, ctimeNs }: { size: bigint; ctimeNs: bigint }): Sealed {
  return { sizeBytes: Number(size), stamp: String(ctimeNs) };
}

function absent(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
  return storeProblem(error);
}

function tooShort(): BlobStoreError {
  return new BlobStoreError("lost", "the file is shorter than its blob");
}
