// Translates the operating system's errors into the store's closed set.
import { BlobStoreError } from "#ports/blob-store.ts";

/** @throws always: a BlobStoreError for what the system said, without the path's secrets. */
export function storeProblem(error: unknown): never {
  if (error instanceof BlobStoreError) throw error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  throw new BlobStoreError(
    full ? "full" : "unavailable",
    `the file store cannot ${syscall ?? "work"}: ${code ?? error}`,
    { cause: error },
  );
}
