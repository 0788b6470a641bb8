// Starts the Worker in a workerd of this machine, as wrangler.toml describes it, on the database and with the settings given.
import path from "node:path";
import { unstable_startWorker } from "wrangler";

const configFile = path.join(import.meta.dirname, "../../../../wrangler.toml");

/** Where local workerd takes the place of the cron trigger; nothing on Cloudflare answers there. */
const scheduledPath = "/cdn-cgi/handler/scheduled";

export interface WorkerdOptions {
  databaseUrl: string;
  /** Variables and secrets of the Worker. */
  settings: Record<string, string>;
  listen: { hostname: string; port: number };
  /** Where the bucket lies; false: it is gone with workerd. */
  persist: string | false;
  /** Whether the isolate can be looked into (default: not). */
  inspector?: boolean;
  /** Gets each line that the Worker logs. */
  onLine: (line: string) => void;
}

export interface Workerd {
  /** Without a slash at its end. */
  origin: string;
  /** Where the isolate can be looked into, by DevTools' protocol; null when it was not asked for. */
  inspectorUrl: string | null;
  /** Does the periodic work that is due. */
  runScheduled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorkerd({
  databaseUrl,
  settings,
  listen,
  persist,
  inspector = false,
  onLine,
}: WorkerdOptions): Promise<Workerd> {
  process.env.WRANGLER_SEND_METRICS ??= "false";
  // What Cloudflare would tell of a request's way is of no use here, and not to be had without a network.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const worker = await unstable_startWorker({
    config: configFile,
    bindings: {
      ...textBindings(settings),
      HYPERDRIVE: { type: "hyperdrive", id: "local", localConnectionString: databaseUrl },
    },
    dev: {
      server: listen,
      ...(inspector ? {} : { inspector: false }),
      persist,
      watch: false,
      logLevel: "error",
      structuredLogsHandler: ({ message }: { message: string }) => onLine(message),
    },
  });
  await worker.ready;
  const { origin } = await worker.url;
  return {
    origin,
    inspectorUrl: inspector ? ((await worker.inspectorUrl)?.href ?? null) : null,
    async runScheduled() {
      const answer = await fetch(`${origin}${scheduledPath}`);
      const outcome = await answer.text();
      if (!answer.ok || outcome !== "ok") throw new Error(`the periodic work ended with: ${answer.status} ${outcome}`);
    },
    stop: () => worker.dispose(),
  };
}

function textBindings(settings: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, { type: "secret_text" as const, value }]),
  );
}
