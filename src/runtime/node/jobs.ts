// Runs the declared periodic work by pg-boss: one replica at a time does each task, whichever is free.
import { PgBoss } from "pg-boss";
import { sealEvents } from "#core/audit/seal.ts";
import type { Context } from "#core/context.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { runTask } from "#core/jobs/run.ts";
import { foldCounters } from "#core/repositories/counters.ts";
import type { OpenDatabase } from "./database.ts";

/** A run ends after this long; the next goes on. */
const runMs = 50_000;
const foldEveryMs = 15_000;
/** As often as that events are sealed, beside the minute in which a Worker does. */
const sealEveryMs = 1000;
/** For the driver that pg-boss brings: without them a connection that hangs is waited for without end. */
const patience = { keepAlive: true, query_timeout: 30_000 };

export interface Jobs {
  stop(): Promise<void>;
}

/**
 * Starts the work. What goes wrong is reported and tried again; it never stops the server.
 * @param worked is told of work that was more than a slice.
 */
export async function startJobs(ctx: Context, connection: OpenDatabase["jobs"], worked: () => void): Promise<Jobs> {
  const boss = new PgBoss({ ...connection, schema: "pgboss", max: 2, application_name: "berth-jobs", ...patience });
  let stopping = false;
  boss.on("error", (error) => ctx.report("warn", "the job queue met an error", { error: String(error) }));
  await boss.start();
  for (const task of periodicTasks) {
    await boss.createQueue(task.name, {
      policy: "singleton",
      retryLimit: 0,
      expireInSeconds: 120,
      deleteAfterSeconds: 3600,
    });
    await boss.schedule(task.name, task.cron);
    await boss.work(task.name, { pollingIntervalSeconds: 5 }, async () => {
      if (await runTask(ctx, task, { runMs, stopping: () => stopping })) worked();
    });
  }
  const fold = () =>
    foldCounters(ctx).catch((error) => ctx.report("warn", "counters could not be written", { error: String(error) }));
  const timer = setInterval(fold, foldEveryMs);
  const sealing = keepSealing(ctx);
  return {
    async stop() {
      stopping = true;
      clearInterval(timer);
      await fold();
      await sealing.stop();
      await boss.stop({ graceful: true, timeout: 5_000 });
    },
  };
}

/** Seals events again and again; one after the other, and a failure is reported once until it is over. */
function keepSealing(ctx: Context): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  let failing = false;
  const seal = async () => {
    try {
      while (await sealEvents(ctx));
      failing = false;
    } catch (error) {
      if (!failing) ctx.report("warn", "events could not be sealed; it is tried again", { error: String(error) });
      failing = true;
    }
  };
  const begin = () => {
    running ??= seal().finally(() => {
      running = null;
    });
    return running;
  };
  const timer = setInterval(begin, sealEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await begin();
    },
  };
}
