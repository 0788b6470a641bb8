// Slices of the periodic work, and the check of the store that an operator runs.

import type { Context } from "#core/context.ts";
import { checkStorage } from "#core/integrity/check.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { limits } from "./member.ts";
import { type Run, Violation } from "./run.ts";
import { factOf } from "./session.ts";

/** The work that removes what nobody needs, in the order in which one makes more for the next. */
export const clearing = ["expire-uploads", "condemn-unlinked", "remove-condemned"] as const;

export async function work(run: Run, { slot, task }: { slot: number; task: string }): Promise<void> {
  const request = { slot, label: task, risks: () => (task === "expire-uploads" ? late(run) : []), refusals: [] };
  await run.ask<unknown>(request, (ctx) => (task === "check" ? check(ctx) : slice(ctx, task)));
}

/** Does a slice of a task. @returns whether there is more to do. */
export async function slice(ctx: Context, name: string): Promise<boolean> {
  const task = periodicTasks.find((known) => known.name === name);
  if (!task) throw new Error(`no such task: ${name}`);
  return task.slice(ctx);
}

/** Sessions that nobody surely used for so long that they may end. */
function late({ sessions, place }: Run): string[] {
  const cutoff = place.now().getTime() - limits.uploadExpirySeconds * 1000;
  return sessions.filter(({ touched }) => touched.getTime() <= cutoff).map(factOf);
}

async function check(ctx: Context): Promise<void> {
  await checkStorage(ctx, {
    rehash: true,
    onMarked() {},
    onHealed() {},
    onUnreadable(blob, error) {
      if (error.problem !== "unavailable") throw new Violation(`blob ${blob.id} cannot be read: ${error.message}`);
    },
    onStray(key) {
      throw new Violation(`no row names object ${key}`);
    },
  });
}
