// One client that does everything that changes a repository, in random order, and notes what it tried and what was acknowledged.
import { cancelSession, leaveSession, mount, pushBlob } from "./blobs.ts";
import { deleteBlob, deleteManifest, deleteTag, moveTag, pushManifest } from "./manifests.ts";
import { type Client, pick } from "./steps.ts";

const work = [
  ...[pushBlob, pushBlob, pushBlob, mount, mount, cancelSession, leaveSession],
  ...[pushManifest, pushManifest, moveTag, deleteTag, deleteManifest, deleteBlob, deleteBlob],
];

/** Works until told to stop. Rejects when a request is broken off, or answered as it must not be. */
export async function keepChanging(client: Client): Promise<void> {
  while (!client.isOver()) await pick(work)(client);
}
