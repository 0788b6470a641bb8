// Counts pulls and pushes in memory, and what else happens too often for a row each, so that a read writes nothing; the counts are
// folded into the rows now and then.
import { insertEvents } from "#db/queries/events.ts";
import { addRepositoryCounts } from "#db/queries/repositories.ts";
import { noteTagPulls } from "#db/queries/tags.ts";
import { createOccurrences, type Occurrence } from "../audit/occurrences.ts";
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
  occurrences: Occurrence[];
}

export interface Counters {
  /** @param tag the tag that was pulled by, or null for a digest. */
  pull(repositoryId: string, tag: string | null): void;
  push(repositoryId: string): void;
  /** Notes an event that is written with the counts, together with those that are alike. */
  happened(occurrence: Occurrence): void;
  isEmpty(): boolean;
  /** Takes what was counted since the last call. */
  take(): Counts;
  /** Counts it again: it could not be written. */
  giveBack(counts: Counts): void;
}

export function createCounters(): Counters {
  let counts = new Map<string, Counted>();
  let tags = 0;
  const occurrences = createOccurrences();
  const of = (id: string) => {
    const known = counts.get(id);
    if (known) return known;
    const made: Counted = { count: { id, pulls: 0, pushes: 0 }, tags: new Map() };
    counts.set(id, made);
    return made;
  };
  const noteTag = (counted: Counted, name: string, atMs: number) => {
    const known = counted.tags.get(name);
    if (known === undefined) {
      if (tags >= maxTags) return;
      tags++;
    }
    if (known === undefined || known < atMs) counted.tags.set(name, atMs);
  };
  return {
    pull(id, tag) {
      const counted = of(id);
      counted.count.pulls++;
      if (tag !== null) noteTag(counted, tag, Date.now());
    },
    push: (id) => void of(id).count.pushes++,
    happened: occurrences.note,
    isEmpty: () => counts.size === 0 && occurrences.isEmpty(),
    take() {
      const taken = [...counts.values()];
      counts = new Map();
      tags = 0;
      return {
        repositories: taken.map(({ count }) => count),
        tags: taken.flatMap(tagsOf),
        occurrences: occurrences.take(),
      };
    },
    giveBack(back) {
      for (const { id, pulls, pushes } of back.repositories) {
        const { count } = of(id);
        count.pulls += pulls;
        count.pushes += pushes;
      }
      for (const occurrence of back.occurrences) occurrences.note(occurrence);
      for (const { repositoryId, name, at } of back.tags) noteTag(of(repositoryId), name, at.getTime());
    },
  };
}

/** Of one repository; `tags` are the times of the last pulls by name, in milliseconds since 1970. */
interface Counted {
  count: RepositoryCount;
  tags: Map<string, number>;
}

function tagsOf({ count, tags }: Counted): TagPull[] {
  return [...tags].map(([name, atMs]) => ({ repositoryId: count.id, name, at: new Date(atMs) }));
}

/** Adds the counts to the rows. What cannot be written now is counted again. */
export async function foldCounters(ctx: Needs<"db" | "counters">): Promise<void> {
  if (ctx.counters.isEmpty()) return;
  const counts = ctx.counters.take();
  try {
    await ctx.db.transaction(async (tx) => {
      await addRepositoryCounts(tx, counts.repositories);
      await noteTagPulls(tx, counts.tags);
      await insertEvents(tx, counts.occurrences);
    });
  } catch (error) {
    ctx.counters.giveBack(counts);
    throw error;
  }
}
