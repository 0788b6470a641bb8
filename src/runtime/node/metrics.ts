// The figures that /metrics gives (Prometheus, by prom-client).
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { isReadOnly } from "#core/content/gate.ts";
import type { Context } from "#core/context.ts";
import { askTime } from "#db/queries/installation.ts";
import { countMarkedBlobs } from "#db/queries/integrity.ts";
import { countUploads } from "#db/queries/uploads/sessions.ts";
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
  const cells = new Map<string, Cell>();
  return {
    record({ method, route, status, durationMs, bytesIn, bytesOut }) {
      const known = knownMethods.has(method) ? method : "other";
      const cell = cellOf(cells, { method: known, route, status }, seconds);
      cell.times++;
      cell.bytesIn += bytesIn;
      cell.bytesOut += bytesOut;
      cell.seconds.observe(durationMs / 1000);
    },
    async render() {
      for (const { labels, times, bytesIn, bytesOut } of cells.values()) {
        requests.inc(labels, times);
        received.inc({ route: labels.route }, bytesIn);
        sent.inc({ route: labels.route }, bytesOut);
      }
      cells.clear();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Labels {
  method: string;
  route: string;
  status: number;
}

/** What was counted of one kind of request since somebody looked: adding to a number costs less than finding a counter. */
interface Cell {
  labels: Labels & Record<string, string | number>;
  times: number;
  bytesIn: number;
  bytesOut: number;
  /** The times of such requests, whatever their status. */
  seconds: Histogram.Internal<"method" | "route">;
}

function cellOf(
  cells: Map<string, Cell>,
  { method, route, status }: Labels,
  seconds: Histogram<"method" | "route">,
): Cell {
  const key = `${method} ${status} ${route}`;
  const known = cells.get(key);
  if (known) return known;
  const counts = { times: 0, bytesIn: 0, bytesOut: 0 };
  const made = { labels: { method, route, status }, ...counts, seconds: seconds.labels({ method, route }) };
  cells.set(key, made);
  return made;
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
  gauge("berth_read_only", "1 while the registry is read-only.", async () => ((await isReadOnly(ctx)) ? 1 : 0));
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
