// The figures that /metrics gives (Prometheus, by prom-client).
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Context } from "#core/context.ts";
import { askTime } from "#db/queries/installation.ts";
import { countMarkedBlobs } from "#db/queries/integrity.ts";
import { countUploads } from "#db/queries/uploads.ts";
import type { RequestRecord } from "#http/environment.ts";

export interface Metrics {
  record(request: RequestRecord): void;
  render(): Promise<{ contentType: string; body: string }>;
}

export function createMetrics(ctx: Context): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: "berth_http_requests_total",
    help: "Requests by method, route and status.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "berth_http_request_duration_seconds",
    help: "Time from a request's head to the end of its answer.",
    labelNames: ["method", "route"],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    registers,
  });
  const received = new Counter({
    name: "berth_http_received_bytes_total",
    help: "Bytes of request bodies.",
    labelNames: ["route"],
    registers,
  });
  const sent = new Counter({
    name: "berth_http_sent_bytes_total",
    help: "Bytes of blobs and manifests sent.",
    labelNames: ["route"],
    registers,
  });
  gauges(ctx, registers);
  return {
    record({ method, route, status, durationMs, bytesIn, bytesOut }) {
      const known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].includes(method) ? method : "other";
      requests.inc({ method: known, route, status });
      seconds.observe({ method: known, route }, durationMs / 1000);
      if (bytesIn > 0) received.inc({ route }, bytesIn);
      if (bytesOut > 0) sent.inc({ route }, bytesOut);
    },
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** Figures that are asked for when somebody looks. One that cannot be had is left out, the others are given. */
function gauges(ctx: Context, registers: Registry[]): void {
  const gauge = (name: string, help: string, ask: () => Promise<number | null>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const value = await ask().catch(() => null);
        if (value === null) this.reset();
        else this.set(value);
      },
    });
  gauge("berth_pool_queued", "Tasks waiting for a worker thread.", async () => ctx.compute.queued());
  gauge("berth_uploads_open", "Upload sessions.", () => countUploads(ctx.db));
  gauge("berth_blobs_marked", "Blobs whose bytes are damaged or missing.", () => countMarkedBlobs(ctx.db));
  gauge(
    "berth_storage_free_bytes",
    "Free space of the blob store.",
    async () => (await ctx.blobs.space())?.freeBytes ?? null,
  );
  gauge("berth_database_seconds", "Time that a small question to the database takes.", async () => {
    const started = performance.now();
    await askTime(ctx.db);
    return (performance.now() - started) / 1000;
  });
}
