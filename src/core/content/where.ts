// What every upload session is bound to: a repository and who asks.
import type { RepositoryRow } from "#db/queries/repositories.ts";
import type { SessionOwner } from "#db/queries/uploads/sessions.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";

/** A repository and who asks. */
export interface Where {
  repository: RepositoryRow;
  caller: Caller;
}

/** What a client is told of a session. */
export interface UploadState {
  id: string;
  offset: number;
}

/** Session ids are UUIDs; anything else names no session. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By whom the session may be used. @throws BLOB_UPLOAD_UNKNOWN for what cannot be the id of one. */
export function ownerOf(where: Where, id: string): SessionOwner {
  if (!uuid.test(id)) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id.slice(0, 100) });
  return { id, repositoryId: where.repository.id, accountId: where.caller.account?.id ?? null };
}
