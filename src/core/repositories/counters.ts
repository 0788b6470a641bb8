// Counts pulls and pushes in memory, so that a read writes nothing; the counts are folded into the rows now and then.
import { addRepositoryCounts } from "#db/queries/repositories.ts";
import { noteTagPulls } from "#db/queries/tags.ts";
import type { Needs } from "../context.ts";

/** Tags whose last pull is remembered until the next fold; more of them wait for their next pull. */
const maxTags = 50_000;

export interface RepositoryCount {
  id: string;
  pulls: number;
  pushes: number;
}

export interface TagPull {
  repositoryId: string;
  name: string;
  at: Date;
}

/** What was counted. */
export interface Counts {
  repositories: RepositoryCount[];
  tags: TagPull[];
}

export interface Counters {
  /** @param tag the tag that was pulled by, or null for a digest. */
  pull(repositoryId: string, tag: string | null): void;
  push(repositoryId: string): void;
  isEmpty(): boolean;
  /** Takes what was counted since the last call. */
  take(): Counts;
  /** Counts it again: it could not be written. */
  giveBack(counts: Counts): void;
}

export function createCounters(): Counters {
  let counts = new Map<string, RepositoryCount>();
  let tags = new Map<string, TagPull>();
  const of = (id: string) => {
    const known = counts.get(id) ?? { id, pulls: 0, pushes: 0 };
    counts.set(id, known);
    return known;
  };
  const noteTag = (pull: TagPull) => {
    const key = `${pull.repositoryId} ${pull.name}`;
    const known = tags.get(key);
    if (known) {
      if (known.at < pull.at) known.at = pull.at;
    } else if (tags.size < maxTags) tags.set(key, pull);
  };
  return {
    pull(id, tag) {
      of(id).pulls++;
      if (tag !== null) noteTag({ repositoryId: id, name: tag, at: new Date() });
    },
    push: (id) => void of(id).pushes++,
    isEmpty: () => counts.size === 0 && tags.size === 0,
    take() {
      const taken = { repositories: [...counts.values()], tags: [...tags.values()] };
      counts = new Map();
      tags = new Map();
      return taken;
    },
    giveBack(back) {
      for (const { id, pulls, pushes } of back.repositories) {
        of(id).pulls += pulls;
        of(id).pushes += pushes;
      }
      back.tags.forEach(noteTag);
    },
  };
}

/** Adds the counts to the rows. What cannot be written now is counted again. */
export async function foldCounters(ctx: Needs<"db" | "counters">): Promise<void> {
  if (ctx.counters.isEmpty()) return;
  const counts = ctx.counters.take();
  try {
    await ctx.db.transaction(async (tx) => {
      await addRepositoryCounts(tx, counts.repositories);
      await noteTagPulls(tx, counts.tags);
    });
  } catch (error) {
    ctx.counters.giveBack(counts);
    throw error;
  }
}
