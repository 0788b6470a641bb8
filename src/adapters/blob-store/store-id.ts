// The object in which a bucket carries the id of the installation that it belongs to.
import { BlobStoreError } from "#ports/blob-store.ts";

/** Its name, below the store's prefix. */
export const storeIdName = "berth-store.json";

export function writeStoreId(id: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify({ id })}\n`);
}

/** @param name where it was found. @throws BlobStoreError when it is of another form. */
export function readStoreId(name: string, text: string): string {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    if (typeof id === "string") return id;
  } catch {}
  throw new BlobStoreError("unavailable", `the object ${name} does not hold the id of an installation`);
}
