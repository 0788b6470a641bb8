// The ways in which a test's request reaches the application: by a call, or through a real socket.
import type { Limits } from "#core/context.ts";
import type { createApp } from "#http/app.ts";
import type { Surface, Surroundings } from "#http/environment.ts";
import type { Fetch, ListenOptions } from "#runtime/machine.ts";
import { createLog } from "#runtime/node/log.ts";
import { pickMachine } from "#runtime/pick-machine.ts";
import type { TestDatabase } from "./test-database.ts";

/** A way in, until it is closed. */
export interface Way {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

type App = ReturnType<typeof createApp>;

export function byCall(app: App): Way {
  return {
    fetch: async (path, init) =>
      app.fetch(new Request(`http://berth.test${path}`, { duplex: "half", ...init } as RequestInit)),
    close: async () => {},
  };
}

/** @param fast what the runtime's own way of answering needs; without it all is answered by web streams. */
export async function overSocket(app: App, fast?: { surface: Surface; blobFolder: string | null }): Promise<Way> {
  const log = createLog("silent");
  const limits = { headerSeconds: 20, idleSeconds: 60 };
  const options: ListenOptions = { host: "127.0.0.1", port: 0, tls: null, ...limits, log, setting: "test" };
  const listener = await (await pickMachine()).listen(app.fetch as Fetch, options, fast);
  return {
    fetch: (path, init) =>
      fetch(`http://127.0.0.1:${listener.port}${path}`, { duplex: "half", ...init } as RequestInit),
    close: () => listener.drain(1),
  };
}

/** What a test may set of a Worker, which is another process: by its own settings. */
const settingOf: Partial<Record<string, string>> = {
  manifestMaxBytes: "BERTH_MANIFEST_MAX_BYTES",
  jsonMaxDepth: "BERTH_JSON_MAX_DEPTH",
  uploadsPerCaller: "BERTH_UPLOADS_PER_CALLER",
  ingestOrigin: "BERTH_INGEST_ORIGIN",
  bodyLimitBytes: "BERTH_BODY_LIMIT",
} satisfies Partial<Record<keyof Limits | keyof Surroundings, string>>;

/** The production Worker in a workerd of its own, on the test's database. */
export async function byWorker(
  database: TestDatabase,
  wanted: Partial<Limits & Surroundings>,
  egressAllow: string[] = [],
): Promise<Way> {
  // Only Node can start one.
  const { startEdgeWorker } = await import("./edge-worker.ts");
  const settings = Object.entries(wanted).map(([word, value]) => {
    const name = settingOf[word];
    if (!name) throw new Error(`say which setting of a Worker is ${word}`);
    return [name, String(value)];
  });
  if (egressAllow.length > 0) settings.push(["BERTH_EGRESS_ALLOW", egressAllow.join(",")]);
  const worker = await startEdgeWorker({ database, settings: Object.fromEntries(settings) });
  return {
    close: worker.close,
    fetch(path, init) {
      // Node's fetch asks for gzip by itself, and workerd then sends errors without their length.
      const headers = new Headers(init?.headers);
      if (!headers.has("accept-encoding")) headers.set("Accept-Encoding", "identity");
      return worker.fetch(path, { ...init, headers });
    },
  };
}
