// Upload tickets: with one a client writes to one upload session, and does nothing else, at another address of this
// registry, where it does not show its credentials. Any process with the same secret key reads what another one made.
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { asOf } from "./as-of.ts";
import type { Caller } from "./caller.ts";
import { hmacWord, sameText } from "./oslo.ts";
import { rememberedAccount } from "./reach.ts";

/** From one request of a session to its next: each answer brings a fresh ticket. */
const lifeSeconds = 3600;
const form = /^1\.(\d{1,12})\.([0-9a-f-]{36})\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/;

/** Whose session it is, and where. */
interface Bearing {
  uploadId: string;
  repositoryId: string;
  accountId: string;
}

type TicketNeeds = Needs<"keys" | "clock" | "installationId">;

/** A ticket for a session that its owner may push to at this moment. It is a secret: it stands for the owner's credentials there. */
export function issueTicket(ctx: TicketNeeds, bearing: Bearing): Promise<string> {
  return write(ctx, bearing, Math.floor(plusSeconds(ctx.clock.now(), lifeSeconds).getTime() / 1000));
}

/**
 * Who shows the ticket: the session's owner as he is now, who may do no more than push to that repository.
 * @throws DENIED when it is for another session or registry, was altered, has run out, or its account is gone.
 */
export async function readTicket(
  ctx: TicketNeeds & Needs<"db" | "facts">,
  uploadId: string,
  ticket: string,
): Promise<Caller> {
  const [, until, accountId, repositoryId] = form.exec(ticket) ?? [];
  if (!until || !accountId || !repositoryId) throw refused();
  const made = await write(ctx, { uploadId, repositoryId, accountId }, Number(until));
  if (!sameText(made, ticket) || Number(until) * 1000 <= ctx.clock.now().getTime()) throw refused();
  const found = await rememberedAccount(ctx, accountId);
  if (!found?.isActive) throw refused();
  const account = asOf(found, ctx.clock.now());
  return { account, grants: [{ type: "repository", repositoryId, name: "", actions: ["push"] }], how: "ticket" };
}

async function write({ keys, installationId }: TicketNeeds, bearing: Bearing, until: number): Promise<string> {
  const { uploadId, repositoryId, accountId } = bearing;
  const parts = [installationId, uploadId, repositoryId, accountId, String(until)];
  return `1.${until}.${accountId}.${repositoryId}.${await hmacWord(await keys.derived("upload-ticket"), parts)}`;
}

/** No challenge: whoever has a ticket is not to show credentials here. */
function refused() {
  return registryError("DENIED", "this address of the upload is not valid, or not any more: begin the upload again");
}
