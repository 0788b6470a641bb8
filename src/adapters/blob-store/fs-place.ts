// Where the file of a blob lies below the store's folder.
import path from "node:path";
import type { BlobKey } from "#ports/blob-store.ts";

const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/;

/** @throws for a key that no upload ever got: it must not lead out of the folder. */
export function blobFile(root: string, key: BlobKey): string {
  if (!keyForm.test(key)) throw new Error(`not a blob key: ${key}`);
  return path.join(root, key);
}
