// Starts a server from a configuration, on Node or a runtime that is compatible with it, and stops it in the right order.
import { Hono } from "hono";
import type { Context } from "#core/context.ts";
import { releaseAllUploads } from "#db/queries/uploads/sessions.ts";
import { createApp } from "#http/app.ts";
import type { Surroundings } from "#http/environment.ts";
import type { Config } from "../config/parse.ts";
import { openConsoleFiles } from "../console-files.ts";
import { drainedBytes } from "../drain.ts";
import { createHealth } from "../health.ts";
import type { Fetch, Listener, Machine } from "../machine.ts";
import { keepMemory } from "../memory.ts";
import { openContext } from "./context.ts";
import { followFeed } from "./database/feed.ts";
import { keepUnsaved } from "./database/keep-unsaved.ts";
import { openDatabase } from "./database.ts";
import { type FirstAdmin, makeFirstAdmin } from "./first-admin.ts";
import { type Jobs, startJobs } from "./jobs.ts";
import type { Log } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createProxyCheck } from "./proxies.ts";

/** A server that runs. */
export interface RunningServer {
  listener: Listener;
  admin: FirstAdmin;
  ctx: Context;
  /** Settles when the server cannot go on. */
  failed: Promise<Error>;
  /** Drains, then stops the database last. */
  stop(): Promise<void>;
}

/** @throws errors whose message is one line for the operator. */
export async function serve(config: Config, log: Log, machine: Machine): Promise<RunningServer> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse())
      await close().catch((error) => log.error({ error: String(error) }, "could not stop cleanly"));
  };
  try {
    const database = await openDatabase(config, log);
    closing.push(database.stop);
    const { ctx, close } = await openContext(config, database, log);
    closing.push(close);
    if (database.exclusive) await releaseAllUploads(ctx.db);
    // Aside of everything else: a busy database must not pass for one that is gone.
    const feed = await followFeed({ ...ctx, db: database.aside }, database.dropConnections);
    closing.push(feed.stop);
    const admin = await makeFirstAdmin(ctx, config);
    const metrics = createMetrics(ctx);
    const { around, attach, memory } = surroundings({ config, ctx, metrics, log, machine });
    const surface = { ctx, around };
    const blobFolder = config.storage.kind === "file" ? config.storage.path : null;
    const fast = { surface, blobFolder, hotBlobBytes: config.hotBlobBytes, onQuiet: memory.onQuiet };
    const listener = await machine.listen(createApp(surface).fetch as Fetch, listenOptions(config, log), fast);
    attach(listener);
    closing.push(async () => memory.stop());
    closing.push(keepUnsaved(ctx));
    closing.push(() => listener.drain(config.drainSeconds));
    if (config.metricsListen) closing.push(await listenForMetrics({ config, metrics, log, machine }));
    const jobs = startJobs(ctx, database.jobs, memory.busy);
    jobs.catch((error) => log.error({ error: String(error) }, "periodic work could not be started"));
    // Jobs stop before the database, after the last request.
    closing.splice(3, 0, async () => ((await jobs.catch(() => null)) as Jobs | null)?.stop());
    return { listener, admin, ctx, failed: database.lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listenOptions(config: Config, log: Log) {
  const tls =
    config.tlsCert !== undefined && config.tlsKey !== undefined ? { cert: config.tlsCert, key: config.tlsKey } : null;
  const { headerSeconds, idleSeconds } = config;
  return { ...config.listen, tls, headerSeconds, idleSeconds, log, setting: "BERTH_LISTEN" };
}

interface Parts {
  config: Config;
  metrics: Metrics;
  log: Log;
  machine: Machine;
}

async function listenForMetrics({ config, metrics, log, machine }: Parts): Promise<() => Promise<void>> {
  const app = new Hono().get("/metrics", async (c) => {
    const { contentType, body } = await metrics.render();
    return c.body(body, 200, { "Content-Type": contentType });
  });
  const where = config.metricsListen as NonNullable<Config["metricsListen"]>;
  const listener = await machine.listen(app.fetch as Fetch, {
    ...listenOptions(config, log),
    ...where,
    tls: null,
    setting: "BERTH_METRICS_LISTEN",
  });
  log.info({ host: listener.host, port: listener.port }, "metrics are given at /metrics");
  return () => listener.drain(1);
}

function surroundings({ config, ctx, metrics, log, machine }: Parts & { ctx: Context }) {
  const memory = keepMemory();
  let listener: Listener | null = null;
  const around: Surroundings = {
    publicUrl: config.publicUrl ?? null,
    ingestOrigin: config.ingestOrigin ?? null,
    bodyLimitBytes: config.bodyLimitBytes || null,
    connection: machine.connection,
    isTrustedProxy: createProxyCheck(config.trustedProxies),
    record(request) {
      memory.busy();
      metrics.record(request);
      log.request(request);
    },
    drainedBytes,
    minRate: { bytesPerSecond: config.minRateBytes, seconds: config.minRateSeconds },
    metrics: { token: config.metricsToken ?? null, render: metrics.render },
    consoleFiles: openConsoleFiles(),
    problem: createHealth(ctx),
    draining: () => listener?.draining() ?? false,
  };
  const attach = (to: Listener) => {
    listener = to;
  };
  return { around, attach, memory };
}
