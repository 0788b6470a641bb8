// Holds time still: what is done at intervals is done as the test moves time, and `performance.now` tells that time.
// (vitest's own fake timers leave no choice of what is held under every runtime.)

interface Interval {
  everyMs: number;
  dueMs: number;
  call: () => void;
}

export interface StillTime {
  /** How far time was moved. */
  passedMs(): number;
  advance(seconds: number): void;
  /** Lets time go on as it does. */
  release(): void;
}

/** Intervals that were begun before go on by themselves. */
export function holdTime(): StillTime {
  const { setInterval, clearInterval } = globalThis;
  const { now } = performance;
  const held = new Map<object, Interval>();
  let atMs = 0;
  globalThis.setInterval = ((call: (...words: unknown[]) => void, everyMs = 0, ...words: unknown[]) => {
    const handle = { unref: () => handle, ref: () => handle, hasRef: () => false };
    const every = Math.max(1, everyMs);
    held.set(handle, { everyMs: every, dueMs: atMs + every, call: () => call(...words) });
    return handle;
  }) as unknown as typeof setInterval;
  globalThis.clearInterval = ((handle: object) => {
    if (!held.delete(handle)) clearInterval(handle as never);
  }) as unknown as typeof clearInterval;
  performance.now = () => atMs;
  return {
    passedMs: () => atMs,
    advance(seconds) {
      const until = atMs + seconds * 1000;
      for (let next = first(held); next && next.dueMs <= until; next = first(held)) {
        atMs = next.dueMs;
        next.dueMs += next.everyMs;
        next.call();
      }
      atMs = until;
    },
    release() {
      Object.assign(globalThis, { setInterval, clearInterval });
      performance.now = now;
    },
  };
}

function first(held: Map<object, Interval>): Interval | null {
  let found: Interval | null = null;
  for (const interval of held.values()) if (!found || interval.dueMs < found.dueMs) found = interval;
  return found;
}
