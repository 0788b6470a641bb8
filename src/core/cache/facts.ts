// Remembers facts that were read from the database, until the feed says that they changed.
//
// A fact belongs to a scope (a repository's id, or a word such as "account"). Dropping facts also keeps those from being
// remembered that were being read at that moment: they may be of before the change. Only what is there is remembered,
// never that something is not there.
import { createKept } from "./kept.ts";
import type { View } from "./view.ts";

const maxFacts = 100_000;
const maxScopes = 20_000;
const maxKeyDrops = 10_000;

export interface Facts {
  /** The fact as memory has it, while the view is fresh; else as `load` reads it. A null is not remembered. */
  get<T extends object>(scope: string, key: string, load: () => Promise<T | null>): Promise<T | null>;
  /** The fact as memory has it, while the view is fresh; else null. */
  peek<T extends object>(scope: string, key: string): T | null;
  /** Remembers a fact that `work` makes true, unless facts of the scope were dropped meanwhile. A null is not remembered. */
  learn<T extends object>(scope: string, key: string, work: () => Promise<T | null>): Promise<void>;
  /** The facts of these keys have changed, or without keys all facts of the scope. */
  drop(scope: string, keys?: readonly string[]): void;
  /** These may have changed, or not: they are read anew, and serve as they are only while the database is gone. */
  doubt(scope: string, keys: readonly string[]): void;
  /** Everything may have changed. */
  dropAll(): void;
}

interface Scope {
  /** Part of the name of each fact, so that another epoch forgets them all at once. */
  epoch: number;
  /** When all facts of it were last dropped, in drops. */
  droppedAt: number;
}

export function createFacts(view: View): Facts {
  const facts = createKept<object>(maxFacts);
  const doubted = new WeakSet<object>();
  const scopes = new Map<string, Scope>();
  let drops = 0;
  let allDroppedAt = 0;
  /** When single facts were last dropped, in drops; what is no longer known of that happened before `keysKnownSince`. */
  const keyDroppedAt = createKept<number>(maxKeyDrops, (droppedAt) => {
    keysKnownSince = Math.max(keysKnownSince, droppedAt);
  });
  let keysKnownSince = 0;

  const nameOf = (scope: string, key: string) => `${scopes.get(scope)?.epoch ?? 0} ${scope} ${key}`;

  function scopeOf(scope: string): Scope {
    let known = scopes.get(scope);
    if (!known) {
      // A scope that is forgotten begins at epoch 0 again: no fact of it may be left.
      if (scopes.size >= maxScopes) dropAll();
      // Facts that were remembered before the scope was ever dropped are of epoch 0.
      known = { epoch: 0, droppedAt: 0 };
      scopes.set(scope, known);
    }
    return known;
  }

  /** From now on nothing is remembered that was read before. @returns the fact as memory had it. */
  function outdate(scope: string, key: string): object | undefined {
    const name = nameOf(scope, key);
    keyDroppedAt.set(name, ++drops);
    return facts.get(name);
  }

  function dropAll(): void {
    allDroppedAt = ++drops;
    facts.clear();
    scopes.clear();
    keyDroppedAt.clear();
  }

  /** From before the fact is read to after it: what was dropped in between is not remembered. */
  function rememberer(scope: string, key: string) {
    const before = drops;
    return (value: object | null) => {
      const keyDropped = keyDroppedAt.get(nameOf(scope, key)) ?? keysKnownSince;
      const changed = Math.max(scopes.get(scope)?.droppedAt ?? 0, allDroppedAt, keyDropped) > before;
      if (value !== null && !changed) facts.set(nameOf(scope, key), value);
    };
  }

  return {
    async get<T extends object>(scope: string, key: string, load: () => Promise<T | null>): Promise<T | null> {
      const state = view.state();
      const known = facts.get(nameOf(scope, key)) as T | undefined;
      if (known !== undefined && (state === "gone" || (state === "fresh" && !doubted.has(known)))) return known;
      const remember = rememberer(scope, key);
      const value = await load().catch((error) => {
        // The database went away while it was asked.
        if (known !== undefined && view.state() === "gone") return known;
        throw error;
      });
      if (value === known && value !== null) return value;
      remember(value);
      return value;
    },
    peek<T extends object>(scope: string, key: string): T | null {
      const known = facts.get(nameOf(scope, key)) as T | undefined;
      return known !== undefined && view.state() === "fresh" && !doubted.has(known) ? known : null;
    },
    async learn(scope, key, work) {
      const remember = rememberer(scope, key);
      remember(await work());
    },
    drop(scope, keys) {
      if (keys === undefined) {
        const known = scopeOf(scope);
        known.droppedAt = ++drops;
        known.epoch = drops;
      } else for (const key of keys) if (outdate(scope, key)) facts.delete(nameOf(scope, key));
    },
    doubt(scope, keys) {
      for (const key of keys) {
        const known = outdate(scope, key);
        if (known !== undefined) doubted.add(known);
      }
    },
    dropAll,
  };
}
