// Makes sure that the store is the one that the database's blobs lie in.
import { hasBlobs } from "#db/queries/integrity.ts";
import type { Database } from "#db/queries/rows.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { StartError } from "./start-error.ts";

/**
 * A store without an id takes the installation's, as long as the database knows no blob: later it is a place where nothing is
 * mounted, and every blob would be taken for lost.
 * @param settings what names the two, for the message.
 * @throws StartError.
 */
export async function requireStoreOf(
  installationId: string,
  blobs: BlobStore,
  db: Database,
  settings = "BERTH_STORAGE, BERTH_DATA_DIR and DATABASE_URL",
): Promise<void> {
  let storeId = await blobs.ensureIdentity(null);
  // Memory is empty at every start.
  const mayTake = async () => blobs.kind === "memory" || !(await hasBlobs(db));
  if (storeId === null && (await mayTake())) storeId = await blobs.ensureIdentity(installationId);
  if (storeId === installationId) return;
  if (storeId === null)
    throw new StartError(
      `the storage is empty, or carries no installation's id (berth-store.json), and the database (${installationId}) knows blobs: is it mounted? check ${settings}`,
    );
  throw new StartError(
    `the storage belongs to another installation (${storeId}) than the database (${installationId}): check ${settings}`,
  );
}
