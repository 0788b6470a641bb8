// Remembers facts that were read from the database, until the feed says that they changed.
//
// A fact belongs to a scope (a repository's id, or a word such as "account"). Dropping facts of a scope also keeps those from
// being remembered that were being read at that moment: they may be of before the change. Only what is there is remembered,
// never that something is not there.
import { LRUCache } from "lru-cache";
import type { View } from "./view.ts";

const maxFacts = 100_000;
const maxScopes = 20_000;

export interface Facts {
  /** The fact as memory has it, while the view is fresh; else as `load` reads it. A null is not remembered. */
  get<T extends object>(scope: string, key: string, load: () => Promise<T | null>): Promise<T | null>;
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
  /** When facts of it were last dropped, in drops. */
  droppedAt: number;
}

export function createFacts(view: View): Facts {
  const facts = new LRUCache<string, object>({ max: maxFacts });
  const doubted = new WeakSet<object>();
  const scopes = new Map<string, Scope>();
  let drops = 0;
  let allDroppedAt = 0;

  const nameOf = (scope: string, key: string) => `${scopes.get(scope)?.epoch ?? 0} ${scope} ${key}`;

  function touch(scope: string): Scope {
    let known = scopes.get(scope);
    if (!known) {
      // A scope that is forgotten begins at epoch 0 again: no fact of it may be left.
      if (scopes.size >= maxScopes) dropAll();
      // Facts that were remembered before the scope was ever dropped are of epoch 0.
      known = { epoch: 0, droppedAt: 0 };
      scopes.set(scope, known);
    }
    known.droppedAt = ++drops;
    return known;
  }

  function dropAll(): void {
    allDroppedAt = ++drops;
    facts.clear();
    scopes.clear();
  }

  return {
    async get<T extends object>(scope: string, key: string, load: () => Promise<T | null>): Promise<T | null> {
      const state = view.state();
      const known = facts.get(nameOf(scope, key)) as T | undefined;
      if (known !== undefined && (state === "gone" || (state === "fresh" && !doubted.has(known)))) return known;
      const before = drops;
      const value = await load().catch((error) => {
        // The database went away while it was asked.
        if (known !== undefined && view.state() === "gone") return known;
        throw error;
      });
      if (value === known && value !== null) return value;
      const changed = Math.max(scopes.get(scope)?.droppedAt ?? 0, allDroppedAt) > before;
      if (value !== null && !changed) facts.set(nameOf(scope, key), value);
      return value;
    },
    drop(scope, keys) {
      const known = touch(scope);
      if (keys === undefined) known.epoch = drops;
      else for (const key of keys) facts.delete(nameOf(scope, key));
    },
    doubt(scope, keys) {
      touch(scope);
      for (const key of keys) {
        const known = facts.get(nameOf(scope, key));
        if (known !== undefined) doubted.add(known);
      }
    },
    dropAll,
  };
}
