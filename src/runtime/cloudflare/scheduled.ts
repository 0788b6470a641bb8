// The periodic work of a minute, in a Worker: what is due and what no server does already.
import { listDueTasks, runTask } from "#core/jobs/run.ts";
import { openRequest } from "./context.ts";
import type { Env } from "./env.ts";
import type { Isolate } from "./isolate.ts";
import type { Log } from "./log.ts";
import { requireStanding } from "./standing.ts";

/** All of it ends before the next minute begins. */
const wholeMs = 45_000;
const lightMs = 10_000;

/** Does it; a task that fails does not keep the others. @throws when nothing can be done at all. */
export async function runScheduled(isolate: Isolate, env: Env, log: Log): Promise<void> {
  const startedMs = performance.now();
  const { ctx: unopened, close } = await openRequest(isolate, env, { log });
  try {
    const ctx = { ...unopened, installationId: await requireStanding(isolate, unopened) };
    const due = await listDueTasks(ctx);
    for (const task of due.filter(({ cost }) => cost === "light")) await runTask(ctx, task, { runMs: lightMs });
    for (const task of due.filter(({ cost }) => cost === "hashing"))
      await runTask(ctx, task, { runMs: Math.max(0, wholeMs - (performance.now() - startedMs)) });
  } finally {
    await close();
  }
}
