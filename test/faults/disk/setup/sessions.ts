// Finishes sessions that were open when Berth died: what was acknowledged of them is enough to go on from.
import type { Berth } from "#test/clients/setup/berth.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { put } from "./client.ts";
import { attempt, type History, type Register } from "./history.ts";
import { blobName } from "./names.ts";

/** Sessions that have bytes and to which nobody was writing: those may be claimed by the dead writer for a while. */
export function idleSessions(history: History): Register[] {
  const open = [...history.registers.values()].filter(({ kind }) => kind === "session");
  return open.filter(({ value, tried }) => value !== null && value !== "0" && tried.length === 0);
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
