// Finishes sessions that were open when Berth died: what was acknowledged of them is enough to go on from.
import type { Berth } from "#test/clients/setup/berth.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { put } from "../setup/uploads.ts";
import { attempt, type History, type Register } from "./history.ts";
import { blobName } from "./names.ts";

/**
 * Sessions of the repositories that have bytes and to which nobody was writing. On a shared database a dead writer's claim
 * holds for a while, also on a session of an earlier round.
 */
export function idleSessions(history: History, repositories: readonly string[]): Register[] {
  const open = [...history.registers.values()].filter(({ kind }) => kind === "session");
  const here = open.filter(({ repository }) => repositories.includes(repository));
  return here.filter(
    ({ value, tried, isInMemory }) => value !== null && value !== "0" && tried.length === 0 && !isInMemory,
  );
}

/** Ends each with the digest of the bytes that it has by its last acknowledged chunk. What is wrong, a line each. */
export async function finishSessions(berth: Berth, history: History, sessions: Register[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const session of sessions) {
    const blob = Buffer.concat(session.bytes ?? []).subarray(0, Number(session.value));
    const digest = sha256(blob);
    const finished = attempt(history, [
      { name: session, to: null },
      { name: blobName(session.repository, digest, blob.length), to: digest },
    ]);
    const answer = await put(berth, session.path, { digest });
    if (answer.status === 201) finished.done();
    else wrong.push(`session ${session.path} at ${session.value} cannot be finished: ${await answer.text()}`);
  }
  return wrong;
}
