// Gives memory back to the system when there is nothing to do: an engine keeps what a busy time took until it must collect again.
import { collect } from "#workers/garbage.ts";

const lookEveryMs = 5_000;
/** So long nobody has asked for anything: a collection of everything takes some tens of milliseconds. */
const quietMs = 4_000;
/** The start makes most garbage, and often nobody asks for anything right after it. */
const firstLookMs = 1_000;

export interface MemoryKeeper {
  /** Something was done just now. */
  busy(): void;
  /** Calls this when there is nothing to do, before memory is collected. */
  onQuiet(rest: () => void): void;
  stop(): void;
}

/** Collects once soon after the start, whose garbage is the largest, and after every busy time. */
export function keepMemory(): MemoryKeeper {
  let lastBusy = performance.now();
  let owed = true;
  const resting: (() => void)[] = [];
  const look = (quiet: number) => {
    if (!owed || performance.now() - lastBusy < quiet) return;
    owed = false;
    for (const rest of resting) rest();
    collect.all();
  };
  const first = setTimeout(look, firstLookMs, firstLookMs / 2).unref();
  const timer = setInterval(look, lookEveryMs, quietMs).unref();
  return {
    busy() {
      lastBusy = performance.now();
      owed = true;
    },
    onQuiet: (rest) => void resting.push(rest),
    stop() {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}

const collectEveryBytes = 12 * 1024 * 1024;
let passed = 0;

/**
 * Counts bytes that passed through Node's own small buffers. V8 counts these as memory in use until it collects, and begins to
 * collect everything at 64 MiB; collecting the young objects alone is enough, and takes a thousandth of a second.
 */
export function countPassed(bytes: number): void {
  passed += bytes;
  if (passed < collectEveryBytes) return;
  passed = 0;
  collect.young();
}
