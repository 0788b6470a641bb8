// Queries on the periodic work: who has a task, and when it was last begun.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

/** One run of a task. */
export interface Run {
  task: string;
  holder: string;
}

/** Takes a task, unless somebody has it or has begun it since it was due. */
export async function takeRun(
  db: Db,
  { task, holder }: Run,
  { dueAt, now, until }: { dueAt: Date; now: Date; until: Date },
): Promise<boolean> {
  const at = now.toISOString();
  const taken = await rows(
    db,
    sql`insert into periodic_run (task, holder, held_until, begun_at) values (${task}, ${holder}, ${until.toISOString()}, ${at})
      on conflict (task) do update set holder = excluded.holder, held_until = excluded.held_until, begun_at = excluded.begun_at
        where periodic_run.held_until <= ${at} and periodic_run.begun_at < ${dueAt.toISOString()}
      returning task`,
  );
  return taken.length > 0;
}

/** Keeps a task. @returns false when it is another's by now. */
export async function keepRun(db: Db, { task, holder }: Run, until: Date): Promise<boolean> {
  const kept = await rows(
    db,
    sql`update periodic_run set held_until = ${until.toISOString()} where task = ${task} and holder = ${holder} returning task`,
  );
  return kept.length > 0;
}

/** When each task was last begun. */
export async function listRuns(db: Db): Promise<Map<string, Date>> {
  const found = await rows<{ task: string; ms: number }>(
    db,
    sql`select task, extract(epoch from begun_at)::float8 * 1000 as ms from periodic_run`,
  );
  return new Map(found.map(({ task, ms }) => [task, new Date(ms)]));
}
