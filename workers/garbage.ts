// Collects garbage when asked: engines wait until their own heap is full, and see little of the memory that lies outside it.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

interface Collector {
  /** What was made lately, in a thousandth of a second. */
  young(): void;
  /** Everything, in some tens of milliseconds. */
  all(): void;
}

export const collect: Collector = findCollector();

function findCollector(): Collector {
  const { Bun } = globalThis as { Bun?: { gc(synchronous: boolean): void } };
  // JavaScriptCore counts memory outside its heap, and can only be asked for everything.
  if (Bun) return { young() {}, all: () => Bun.gc(true) };
  // Measured: with --expose-gc on the command line V8 keeps the room for young objects (64 MiB), so it is asked for here.
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (options?: { type: "minor" }) => void;
  return {
    young: () => gc({ type: "minor" }),
    all() {
      // Twice: what the first time only ages, the second frees, and with it the room for young objects.
      gc();
      gc();
    },
  };
}
