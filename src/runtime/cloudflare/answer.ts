// Answers one request of a Worker, and looks after what has to be done once it is answered.
import { createFeed } from "#core/cache/feed.ts";
import { storeError } from "#core/content/store-error.ts";
import { describeFailure } from "#core/failure.ts";
import { foldCounters } from "#core/repositories/counters.ts";
import { createApp } from "#http/app.ts";
import { asRegistryError } from "#http/errors.ts";
import { StartError } from "../start-error.ts";
import { within } from "../within.ts";
import { openRequest, type Unopened } from "./context.ts";
import type { Env } from "./env.ts";
import type { Isolate } from "./isolate.ts";
import type { Log } from "./log.ts";
import { requireStanding } from "./standing.ts";
import { surroundingsOf } from "./surroundings.ts";

/** What a Worker may use after its answer. */
export interface Waiting {
  waitUntil(work: Promise<unknown>): void;
}

/** A view that is older is made young by one statement, before facts are asked for one by one. */
const youngMs = 1000;
/** An answer that takes longer than this does not come. */
const patienceMs = 2000;
/** Counts of an isolate are written together, this long after the first of them. */
const foldAfterMs = 5_000;
const foldLostMs = 60_000;

export async function answerRequest(
  request: Request,
  { isolate, env, waiting, log }: { isolate: Isolate; env: Env; waiting: Waiting; log: Log },
): Promise<Response> {
  const ending = Promise.withResolvers<void>();
  // The request is worked on to its end also when its client has gone: what came of an upload is saved then.
  waiting.waitUntil(ending.promise);
  let close = async () => {};
  const end = () => ending.resolve(close().catch((error) => log("warn", "could not close", { error: String(error) })));
  try {
    const opened = await openRequest(isolate, env, { log, waiting });
    close = opened.close;
    const installationId = await requireStanding(isolate, opened.ctx);
    if (asksFacts(request)) await keepYoung(isolate, opened.ctx);
    const ctx = { ...opened.ctx, installationId };
    const ended = () => {
      end();
      foldLater(isolate, env, { waiting, log });
    };
    const around = surroundingsOf(isolate, ctx, { log, metrics: env.METRICS, ended });
    return await createApp({ ctx, around }).fetch(request);
  } catch (error) {
    end();
    return notServing(request, error, log);
  }
}

/** Whether a request will ask for facts that memory may have: all but the ping of a client that does not say who it is. */
function asksFacts(request: Request): boolean {
  const { pathname } = new URL(request.url);
  if (pathname === "/v2/") return request.headers.has("authorization");
  return /^\/(v2|api)\//.test(pathname);
}

async function keepYoung(isolate: Isolate, ctx: Unopened): Promise<void> {
  const nowMs = performance.now();
  if (nowMs - isolate.feedAskedMs < youngMs) return;
  // Also where it fails, or takes long: others that come meanwhile ask for what they need.
  isolate.feedAskedMs = nowMs;
  try {
    await within(patienceMs, createFeed(ctx, isolate.feed).read());
  } catch (error) {
    // Whether memory may answer while the database is away is the view's to say.
    ctx.view.failed();
    isolate.feedAskedMs = performance.now();
    ctx.report("error", "the database does not answer", { error: describeFailure(error) });
  }
}

/** Writes what this isolate counted, by a connection of its own: the request's is closed by then. */
function foldLater(isolate: Isolate, env: Env, { waiting, log }: { waiting: Waiting; log: Log }): void {
  const now = performance.now();
  if (isolate.counters.isEmpty() || now - isolate.foldingSinceMs < foldLostMs) return;
  isolate.foldingSinceMs = now;
  const fold = async () => {
    await new Promise((resolve) => setTimeout(resolve, foldAfterMs));
    isolate.foldingSinceMs = Number.NEGATIVE_INFINITY;
    const { ctx, close } = await openRequest(isolate, env, { log });
    await foldCounters(ctx).finally(close);
  };
  waiting.waitUntil(fold().catch((error) => log("warn", "counters could not be written", { error: String(error) })));
}

/** The answer when nothing can be served, in the form of the asked surface. */
export function notServing(request: Request, thrown: unknown, log: Log): Response {
  const isKnown = thrown instanceof StartError;
  const error = asRegistryError(storeError(thrown));
  const message = isKnown ? thrown.message : error.message;
  log("error", "cannot serve", { error: isKnown ? message : describeFailure(thrown) });
  const status = isKnown || error.code === "UNAVAILABLE" ? 503 : 500;
  const { pathname } = new URL(request.url);
  if (pathname === "/live") return new Response("ok\n");
  const isHealth = pathname === "/health" || pathname === "/_ping";
  const code = status === 503 ? "UNAVAILABLE" : "UNKNOWN";
  const body = isHealth ? { Error: message, Healthy: false } : { errors: [{ code, message, detail: null }] };
  return Response.json(body, { status, headers: { "Retry-After": "5", "Cache-Control": "no-store" } });
}
