// Berth's Worker in a real workerd, on a test database that Hyperdrive's local form reaches, with a bucket of its own.
import { startWorkerd, type Workerd } from "#runtime/cloudflare/dev/workerd.ts";
import { type CountingProxy, startCountingProxy } from "#test/runtime/workerd/counting-proxy.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

export const edgePassword = "correct horse battery staple";
export const edgeSecretKey = "07".repeat(32);

export interface EdgeWorker {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  origin: string;
  database: TestDatabase;
  /** What was asked of the database. */
  proxy: CountingProxy;
  /** The Worker's log, line by line. */
  lines: string[];
  runScheduled: Workerd["runScheduled"];
  close(): Promise<void>;
}

export async function startEdgeWorker(
  options: {
    settings?: Record<string, string>;
    prepare?: (database: TestDatabase) => Promise<unknown>;
    /** Whoever gives it drops it; absent: a new one. */
    database?: TestDatabase;
  } = {},
): Promise<EdgeWorker> {
  const database = options.database ?? (await createTestDatabase());
  await options.prepare?.(database);
  const proxy = await startCountingProxy(database.connection);
  const lines: string[] = [];
  const workerd = await startWorkerd({
    databaseUrl: proxy.url,
    settings: { BERTH_SECRET_KEY: edgeSecretKey, BERTH_ADMIN_PASSWORD: edgePassword, ...options.settings },
    listen: { hostname: "127.0.0.1", port: 0 },
    persist: false,
    onLine: (line) => void lines.push(line),
  });
  const close = async () => {
    await workerd.stop();
    await proxy.close();
    if (!options.database) await database.drop();
  };
  const { origin, runScheduled } = workerd;
  const own = (path: string, init?: RequestInit) =>
    fetch(`${origin}${path}`, { duplex: "half", ...init } as RequestInit);
  return { fetch: own, origin, database, proxy, lines, runScheduled, close };
}
