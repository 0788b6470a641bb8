// Where a client goes on with an upload session.
import type { Caller } from "#core/access/caller.ts";
import { issueTicket, readTicket } from "#core/access/upload-ticket.ts";
import type { Surface } from "../environment.ts";
import type { RequestHead } from "../head.ts";
import { staysHere } from "./clients.ts";

/** The query parameter of a Location that opens its session without credentials. */
const parameter = "ticket";

/**
 * The session's Location. It is relative to the root, because a client that sees another scheme or host than its own drops its
 * credentials; so one on the ingest origin holds a ticket instead, and who came with a ticket gets a fresh one.
 * Clients that go to no other host are not sent there.
 * @param session.name the repository's path as the client asked for it: he goes on under the name that he knows.
 */
export async function uploadLocation(
  { ctx, around, head }: Surface & { head: RequestHead },
  caller: Caller,
  { id, name, repositoryId }: { id: string; name: string; repositoryId: string },
): Promise<string> {
  const path = `/v2/${name}/blobs/uploads/${id}`;
  const leads = around.ingestOrigin !== null && !staysHere(head.header("user-agent"));
  const elsewhere = leads || caller.how === "ticket";
  if (!elsewhere || caller.account === null) return path;
  const ticket = await issueTicket(ctx, { uploadId: id, repositoryId, accountId: caller.account.id });
  return `${around.ingestOrigin ?? ""}${path}?${parameter}=${ticket}`;
}

/** Who shows a ticket for this session, whatever credentials he shows beside it; null when there is none. @throws DENIED for one that is not valid. */
export async function callerByTicket(
  { head, ctx }: Pick<Surface, "ctx"> & { head: RequestHead },
  id: string,
): Promise<Caller | null> {
  const ticket = head.search.get(parameter);
  return ticket === null ? null : readTicket(ctx, id, ticket);
}
