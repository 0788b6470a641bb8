// What tests need that is not everywhere, and why it is not there: the one table of skips.
import { it } from "vitest";

/** The ways in which a test's request reaches the application (see `startTarget`). */
export type TargetKind = "fetch" | "socket" | "streams" | "workerd";

type Place = "bun" | "deno" | "workerd" | "streams";

const ownFraming = "bodies are read by the runtime's own parser, which answers broken framing in its own words";
const apart = "the Worker is another process, which shares the database with the test and nothing else";

/** By need: where it is not met, with the reason. */
const lacks = {
  "Berth's own reading of bodies": { bun: ownFraming, deno: ownFraming },
  "a bound for refused bodies": { bun: "its server reads them to their end" },
  "new certificates at once": { bun: "its server has no setSecureContext" },
  "no sockets for children": { deno: "the database's server inherits the socket that locks the data folder" },
  "file times below a second": { deno: "its ctime has whole seconds" },
  "time that the test moves": { workerd: "an isolate keeps its clock with the database's" },
  "the application's memory": { workerd: apart },
  "a store of the test's": { workerd: apart },
  "threads that die": { workerd: "an isolate has no threads" },
} satisfies Record<string, Partial<Record<Place, string>>>;

export type Need = keyof typeof lacks;

/** The runtime that runs the tests, or the program if it is another (`BERTH_TEST_RUNTIME`). */
const runtime =
  process.env.BERTH_TEST_RUNTIME ?? ("Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node");

/** Why a need is not met here, or by that way in; else undefined. */
export function lackOf(need: Need, kind?: TargetKind): string | undefined {
  const reasons: Partial<Record<string, string>> = lacks[need];
  return reasons[runtime] ?? (kind && reasons[kind]);
}

/** A test's name with the need that is not met, and the reason. */
export function skippedName(name: string, need: Need, reason: string): string {
  return `${name} [${need}: ${reason}]`;
}

/** `it` where the need is met; else `it.skip`, and names that say why. */
export function needs(need: Need, kind?: TargetKind): { it: typeof it | typeof it.skip; name(text: string): string } {
  const reason = lackOf(need, kind);
  return reason === undefined
    ? { it, name: (text) => text }
    : { it: it.skip, name: (text) => skippedName(text, need, reason) };
}
