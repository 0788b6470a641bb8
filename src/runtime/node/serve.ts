// Starts a server on Node from a configuration, and stops it again in the right order.
import type { TLSSocket } from "node:tls";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Context } from "#core/context.ts";
import { releaseAllUploads } from "#db/queries/uploads/sessions.ts";
import { createApp } from "#http/app.ts";
import type { Surroundings } from "#http/environment.ts";
import type { Config } from "../config/parse.ts";
import { createHealth } from "../health.ts";
import { openContext } from "./context.ts";
import { followFeed } from "./database/feed.ts";
import { keepUnsaved } from "./database/keep-unsaved.ts";
import { openDatabase } from "./database.ts";
import { createDirectAnswer } from "./direct/answer.ts";
import { type FirstAdmin, makeFirstAdmin } from "./first-admin.ts";
import { type Jobs, startJobs } from "./jobs.ts";
import { type Listener, listen } from "./listener.ts";
import type { Log } from "./log.ts";
import { keepMemory } from "./memory.ts";
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
export async function serve(config: Config, log: Log): Promise<RunningServer> {
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
    const { around, attach, memory } = surroundings(config, ctx, metrics, log);
    const surface = { ctx, around };
    const blobFolder = config.storage.kind === "file" ? config.storage.path : null;
    const direct = createDirectAnswer(surface, blobFolder, config.hotBlobBytes);
    memory.onQuiet(direct.rest);
    const listener = await listen(createApp(surface).fetch as never, listenOptions(config, log), direct);
    attach(listener);
    closing.push(async () => memory.stop());
    closing.push(keepUnsaved(ctx));
    closing.push(() => listener.drain(config.drainSeconds));
    if (config.metricsListen) closing.push(await listenForMetrics(config, metrics, log));
    const jobs = startJobs(ctx, database.jobs);
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

async function listenForMetrics(config: Config, metrics: Metrics, log: Log): Promise<() => Promise<void>> {
  const app = new Hono().get("/metrics", async (c) => {
    const { contentType, body } = await metrics.render();
    return c.body(body, 200, { "Content-Type": contentType });
  });
  const where = config.metricsListen as NonNullable<Config["metricsListen"]>;
  const listener = await listen(app.fetch as never, {
    ...listenOptions(config, log),
    ...where,
    tls: null,
    setting: "BERTH_METRICS_LISTEN",
  });
  log.info({ host: listener.host, port: listener.port }, "metrics are given at /metrics");
  return () => listener.drain(1);
}

function surroundings(config: Config, ctx: Context, metrics: Metrics, log: Log) {
  const memory = keepMemory();
  let listener: Listener | null = null;
  const around: Surroundings = {
    publicUrl: config.publicUrl ?? null,
    ingestOrigin: config.ingestOrigin ?? null,
    bodyLimitBytes: config.bodyLimitBytes || null,
    connection(c) {
      const incoming = (c.env as HttpBindings | undefined)?.incoming;
      const secure = (incoming?.socket as TLSSocket | undefined)?.encrypted === true;
      return { address: incoming?.socket.remoteAddress ?? null, secure };
    },
    isTrustedProxy: createProxyCheck(config.trustedProxies),
    record(request) {
      memory.busy();
      metrics.record(request);
      log.request(request);
    },
    minRate: { bytesPerSecond: config.minRateBytes, seconds: config.minRateSeconds },
    metrics: { token: config.metricsToken ?? null, render: metrics.render },
    problem: createHealth(ctx),
    draining: () => listener?.draining() ?? false,
  };
  const attach = (to: Listener) => {
    listener = to;
  };
  return { around, attach, memory };
}
