// What tests need of a runtime that not every runtime has, and why it is not there: the one table of skips.
import { it } from "vitest";

export type Runtime = "node" | "bun" | "deno" | "workerd";

/** The runtime that answers the tests' requests. */
const runtime = (process.env.BERTH_TEST_RUNTIME ??
  ("Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node")) as Runtime;

const ownFraming = "bodies are read by the runtime's own parser, which answers broken framing in its own words";

/** By need: the runtimes that lack it, with the reason. */
const lacks = {
  "Berth's own reading of bodies": { bun: ownFraming, deno: ownFraming },
  "new certificates at once": { bun: "its server has no setSecureContext" },
  "no sockets for children": { deno: "the database's server inherits the socket that locks the data folder" },
  "file times below a second": { deno: "its ctime has whole seconds" },
} satisfies Record<string, Partial<Record<Runtime, string>>>;

export type Need = keyof typeof lacks;

/** Why a need is not met here, or undefined. */
export function lackOf(need: Need): string | undefined {
  return (lacks[need] as Partial<Record<Runtime, string>>)[runtime];
}

/** `it` where the need is met; else `it.skip`, with need and reason in the test's name. */
export function needs(need: Need): { it: typeof it | typeof it.skip; name(text: string): string } {
  const reason = lackOf(need);
  return reason === undefined
    ? { it, name: (text) => text }
    : { it: it.skip, name: (text) => `${text} [${need}: ${reason}]` };
}
