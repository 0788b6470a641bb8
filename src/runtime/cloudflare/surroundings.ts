// What the application is told of a request that came to a Worker.
import type { Context } from "#core/context.ts";
import type { RequestRecord, Surroundings } from "#http/environment.ts";
import { createHealth } from "../health.ts";
import type { AnalyticsBinding } from "./env.ts";
import type { Isolate } from "./isolate.ts";
import type { Log } from "./log.ts";
import { collect, passOn } from "./platform/streams.ts";

/** @param ended is called once, when the answer's body has ended too. */
export function surroundingsOf(
  { config, consoleFiles }: Isolate,
  ctx: Context,
  { log, metrics, ended }: { log: Log; metrics: AnalyticsBinding | undefined; ended: () => void },
): Surroundings {
  return {
    publicUrl: config.publicUrl ?? null,
    ingestOrigin: config.ingestOrigin ?? null,
    bodyLimitBytes: config.bodyLimitBytes || null,
    // Cloudflare sets this header itself, whatever a client sent.
    connection: (c) => ({
      address: c.req.header("cf-connecting-ip") ?? null,
      secure: new URL(c.req.url).protocol === "https:",
    }),
    isTrustedProxy: () => false,
    record(request) {
      log(request.status >= 500 ? "error" : "info", "request", request);
      count(metrics, request);
      ended();
    },
    // Not used: bodies are collected and passed on by the two below.
    minRate: { bytesPerSecond: 0, seconds: 30 },
    collect,
    passOn,
    metrics: {
      token: null,
      where:
        "an isolate knows its own requests only; they are in Workers Logs, and in the dataset METRICS if it is bound",
      render: async () => ({ contentType: "text/plain", body: "" }),
    },
    consoleFiles,
    problem: createHealth(ctx),
    draining: () => false,
  };
}

/** One point per request: by route, method, status; how often, how long, how many bytes. */
function count(metrics: AnalyticsBinding | undefined, request: RequestRecord): void {
  const { route, method, status, durationMs, bytesIn, bytesOut } = request;
  metrics?.writeDataPoint({
    indexes: [route],
    blobs: [route, method, String(status)],
    doubles: [1, durationMs, bytesIn, bytesOut],
  });
}
