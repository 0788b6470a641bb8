// Finds out, once, which runtime the program runs on.
import type { Machine } from "./machine.ts";

/** Only the part of this runtime is loaded. */
export async function pickMachine(): Promise<Machine> {
  if ("Bun" in globalThis) return (await import("./bun/machine.ts")).bunMachine;
  if ("Deno" in globalThis) return (await import("./deno/machine.ts")).denoMachine;
  return (await import("./node/machine.ts")).nodeMachine;
}
