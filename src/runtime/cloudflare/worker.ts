// Berth as a Cloudflare Worker: the same application on R2 and, through Hyperdrive, on PostgreSQL.
import { StartError } from "../start-error.ts";
import { answerRequest, notServing, type Waiting } from "./answer.ts";
import { type Env, readEnv } from "./env.ts";
import { createIsolate, type Isolate } from "./isolate.ts";
import { createLog } from "./log.ts";
import { runScheduled } from "./scheduled.ts";

/** Made by the first request: nothing may be asked of the platform before. */
let made: Isolate | { problems: readonly string[] } | null = null;

function isolateOf(env: Env): Isolate | { problems: readonly string[] } {
  if (made) return made;
  const config = readEnv(env);
  made = "problems" in config ? config : createIsolate(config);
  return made;
}

export default {
  async fetch(request: Request, env: Env, waiting: Waiting): Promise<Response> {
    const isolate = isolateOf(env);
    if ("problems" in isolate) {
      const log = createLog("info");
      for (const problem of isolate.problems) log("error", problem, {});
      return notServing(request, new StartError("the registry is not set up: its log says what is missing"), log);
    }
    return answerRequest(request, { isolate, env, waiting, log: createLog(isolate.config.logLevel) });
  },
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const isolate = isolateOf(env);
    if ("problems" in isolate) throw new Error(`the registry is not set up: ${isolate.problems.join("; ")}`);
    await runScheduled(isolate, env, createLog(isolate.config.logLevel));
  },
};
