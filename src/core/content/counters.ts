// Counts pulls and pushes in memory, so that a read writes nothing; the counts are folded into the rows now and then.
import { addRepositoryCounts } from "#db/queries/repositories.ts";
import type { Needs } from "../context.ts";

export interface Counters {
  pull(repositoryId: string): void;
  push(repositoryId: string): void;
  /** Takes what was counted since the last call. */
  take(): { id: string; pulls: number; pushes: number }[];
}

export function createCounters(): Counters {
  let counts = new Map<string, { id: string; pulls: number; pushes: number }>();
  const of = (id: string) => {
    const known = counts.get(id) ?? { id, pulls: 0, pushes: 0 };
    counts.set(id, known);
    return known;
  };
  return {
    pull: (id) => void of(id).pulls++,
    push: (id) => void of(id).pushes++,
    take() {
      const taken = [...counts.values()];
      counts = new Map();
      return taken;
    },
  };
}

/** Adds the counts to the rows. What cannot be written now is counted again. */
export async function foldCounters(ctx: Needs<"db" | "counters">): Promise<void> {
  const counts = ctx.counters.take();
  try {
    await addRepositoryCounts(ctx.db, counts);
  } catch (error) {
    for (const { id, pulls, pushes } of counts) {
      for (let i = 0; i < pulls; i++) ctx.counters.pull(id);
      for (let i = 0; i < pushes; i++) ctx.counters.push(id);
    }
    throw error;
  }
}
