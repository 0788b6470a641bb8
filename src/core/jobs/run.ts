// Runs periodic work in slices: by one server or Worker at a time, whichever of all that share the database comes first.
import { keepRun, listRuns, type Run, takeRun } from "#db/queries/jobs/periodic.ts";
import { isReadOnly, isRefusedByGate } from "../content/gate.ts";
import type { Context, Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { lastDue } from "./cron.ts";
import { type PeriodicTask, periodicTasks } from "./periodic.ts";

/** A task whose holder is not heard of for this long may be taken by another. Much longer than a slice. */
const holdSeconds = 120;
const keepAfterMs = 30_000;

/** When a run has to end, although there is more to do: the next goes on. */
export interface RunLimits {
  runMs: number;
  stopping?: () => boolean;
}

/** Those that are due and that nobody has begun since, by one question. */
export async function listDueTasks(ctx: Needs<"db" | "clock">): Promise<PeriodicTask[]> {
  const begun = await listRuns(ctx.db);
  const now = ctx.clock.now();
  return periodicTasks.filter(({ name, cron }) => (begun.get(name) ?? new Date(0)) < lastDue(cron, now));
}

/**
 * Does slices of a task until there is nothing more, or the time is up. What goes wrong is reported, and tried again later.
 * @returns whether there was more than a slice to do.
 */
export async function runTask(ctx: Context, task: PeriodicTask, limits: RunLimits): Promise<boolean> {
  const run: Run = { task: task.name, holder: crypto.randomUUID() };
  const now = ctx.clock.now();
  const hold = { dueAt: lastDue(task.cron, now), now, until: plusSeconds(now, holdSeconds) };
  try {
    if (task.removes && (await rests(ctx))) return false;
    if (!(await takeRun(ctx.db, run, hold))) return false;
  } catch (error) {
    reportFailure(ctx, task, error);
    return false;
  }
  return work(ctx, task, { run, limits })
    .catch((error) => {
      reportFailure(ctx, task, error);
      return true;
    })
    .finally(() => keepRun(ctx.db, run, ctx.clock.now()).catch(() => {}));
}

async function work(
  ctx: Context,
  task: PeriodicTask,
  { run, limits }: { run: Run; limits: RunLimits },
): Promise<boolean> {
  const startedMs = performance.now();
  let keptMs = startedMs;
  let slices = 1;
  const goesOn = async () => {
    const nowMs = performance.now();
    if (limits.stopping?.() || nowMs - startedMs >= limits.runMs) return false;
    if (nowMs - keptMs < keepAfterMs) return true;
    keptMs = nowMs;
    return keepRun(ctx.db, run, plusSeconds(ctx.clock.now(), holdSeconds));
  };
  while ((await task.slice(ctx)) && (await goesOn())) slices++;
  const ms = Math.round(performance.now() - startedMs);
  if (slices > 1) ctx.report("info", "periodic work done", { task: task.name, slices, ms });
  return slices > 1;
}

/** Processes that told that work rests, and not yet that it goes on, by their memory. */
const resting = new WeakSet<Context["facts"]>();

/** Whether what removes content has to wait, told once when that begins and once when it is over. */
async function rests(ctx: Context): Promise<boolean> {
  const now = await isReadOnly(ctx);
  if (now !== resting.has(ctx.facts)) {
    if (now) resting.add(ctx.facts);
    else resting.delete(ctx.facts);
    ctx.report(
      "info",
      now
        ? "the registry is read-only: work that removes content rests"
        : "the registry is no longer read-only: work that removes content goes on",
    );
  }
  return now;
}

function reportFailure(ctx: Context, task: PeriodicTask, error: unknown): void {
  // The registry became read-only during the run: the next one says so.
  if (isRefusedByGate(error)) return;
  ctx.report("error", "periodic work failed; it is tried again", { task: task.name, error: String(error) });
}
