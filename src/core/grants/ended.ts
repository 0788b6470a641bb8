// Takes away grants that ended long ago: until then lists show them with the end that they had.
import { deleteEndedGrants, type EndedGrant } from "#db/queries/accounts/access-grants.ts";
import { insertEvents, type NewEvent } from "#db/queries/events.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";

const keptSeconds = 30 * 86_400;
const most = 500;

/** They have given nothing since they ended, so that nobody has to forget them. @returns whether there may be more. */
export async function removeEndedGrants(ctx: Needs<"db" | "clock">): Promise<boolean> {
  const at = ctx.clock.now();
  const gone = await ctx.db.transaction(async (tx) => {
    const ended = await deleteEndedGrants(tx, plusSeconds(at, -keptSeconds), most);
    await insertEvents(
      tx,
      ended.map((grant) => eventOf(grant, at)),
    );
    return ended.length;
  });
  return gone === most;
}

function eventOf({ repositoryId, object, team, user, pattern, level, expiresAt }: EndedGrant, at: Date): NewEvent {
  const whom = team === null ? { user } : { team };
  const detail = { ...whom, ...(pattern !== null && { pattern }), before: { level, expiresAt }, by: "its end" };
  return { at, type: "access.delete", actorId: null, repositoryId, object, detail };
}
