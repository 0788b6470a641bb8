// What a process remembers of passwords: that one was right a moment ago, and who failed how often. Nothing is written.
import type { Clock } from "#ports/clock.ts";
import { hmacOf, newHmacKey, sameBytes } from "./oslo.ts";

const rememberSeconds = 60;
/** Failures that cost nothing: people mistype. */
const freeFailures = 5;
const freeAccountFailures = 20;
const maxDelaySeconds = 60;
const forgetFailuresSeconds = 900;
/** A success from an address exempts it from the delays that others' failures cause. */
const trustSeconds = 86_400;
const maxEntries = 100_000;

export interface PasswordMemory {
  /** Whether this password was verified against this very hash within the last minute. */
  recall(accountId: string, passwordHash: string, password: string): Promise<boolean>;
  remember(accountId: string, passwordHash: string, password: string): Promise<void>;
  /** Seconds that this name must wait at this address before the next try; 0 when it need not. */
  delay(name: string, address: string): number;
  failed(name: string, address: string): void;
  succeeded(name: string, address: string): void;
  /** Runs a hash when fewer than two run; throws "busy" when too many wait. */
  gate<T>(work: () => Promise<T>): Promise<T>;
}

/** Thrown by the gate: the caller answers "too many requests". */
export class PasswordQueueFullError extends Error {
  constructor() {
    super("too many passwords are being checked");
    this.name = "PasswordQueueFullError";
  }
}

interface Failures {
  count: number;
  last: number;
}

export function createPasswordMemory(clock: Clock, limits = { running: 2, waiting: 64 }): PasswordMemory {
  const key = newHmacKey();
  const good = new Map<string, { mac: Uint8Array; until: number }>();
  const failures = new Map<string, Failures>();
  const successes = new Map<string, number>();
  const queue: (() => void)[] = [];
  let running = 0;
  const nowSeconds = () => clock.now().getTime() / 1000;
  const pair = (name: string, address: string) => JSON.stringify([name, address]);

  function wait(of: string, free: number): number {
    const known = failures.get(of);
    if (!known || known.count <= free) return 0;
    const delay = Math.min(maxDelaySeconds, 2 ** (known.count - free - 1));
    return Math.max(0, Math.ceil(known.last + delay - nowSeconds()));
  }

  function count(of: string): void {
    const known = failures.get(of);
    const recent = known && nowSeconds() - known.last < forgetFailuresSeconds ? known.count : 0;
    bounded(failures).set(of, { count: recent + 1, last: nowSeconds() });
  }

  return {
    async recall(accountId, passwordHash, password) {
      const known = good.get(accountId);
      if (!known || known.until < nowSeconds()) return false;
      return sameBytes(known.mac, await hmacOf(await key, [accountId, passwordHash, password]));
    },
    async remember(accountId, passwordHash, password) {
      const mac = await hmacOf(await key, [accountId, passwordHash, password]);
      bounded(good).set(accountId, { mac, until: nowSeconds() + rememberSeconds });
    },
    delay(name, address) {
      const here = wait(pair(name, address), freeFailures);
      const trusted = nowSeconds() - (successes.get(pair(name, address)) ?? -Infinity) < trustSeconds;
      return trusted ? here : Math.max(here, wait(name, freeAccountFailures));
    },
    failed(name, address) {
      count(pair(name, address));
      count(name);
    },
    succeeded(name, address) {
      failures.delete(pair(name, address));
      bounded(successes).set(pair(name, address), nowSeconds());
    },
    async gate(work) {
      if (running >= limits.running) {
        if (queue.length >= limits.waiting) throw new PasswordQueueFullError();
        await new Promise<void>((go) => queue.push(go));
      } else running++;
      try {
        return await work();
      } finally {
        const next = queue.shift();
        if (next) next();
        else running--;
      }
    },
  };
}

/** Maps are bounded: the oldest entries go first. */
function bounded<K, V>(map: Map<K, V>): Map<K, V> {
  if (map.size >= maxEntries) map.delete(map.keys().next().value as K);
  return map;
}
