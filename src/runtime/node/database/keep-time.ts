// Keeps this process's clock with the database's, which all replicas share.

import type { SystemClock } from "#adapters/clock/system.ts";
import { askTime } from "#db/queries/installation.ts";
import type { Database } from "#db/queries/rows.ts";
import type { Log } from "../log.ts";

const everyMs = 60_000;

export async function keepTime(db: Database, clock: SystemClock, log: Log): Promise<{ stop(): void }> {
  const ask = async () => {
    const startedMs = Date.now();
    clock.set(new Date(await askTime(db)), { startedMs, endedMs: Date.now() });
  };
  await ask();
  const timer = setInterval(
    () => ask().catch((error) => log.warn({ error: String(error) }, "the database's time could not be asked")),
    everyMs,
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
