// Workers and a server on one database and one bucket: what clients do when the Workers' way in has a limit.
import { type Berth, makeHome, startBerth } from "../berth.ts";
import { startBucket } from "../buckets.ts";
import { type Gate, startGate } from "./gate.ts";

export const limitBytes = 4 * 2 ** 20;

/** Where a client pushes to. */
export type Entrance = "leading" | "limited" | "knowing";

export interface IngestStage {
  /**
   * What stands before a repository's name. leading: a Worker behind the limit, whose Locations lead to the server; limited: a
   * Worker behind the limit, without another way in; knowing: a Worker that knows the limit, with nothing before it.
   */
  hosts: Record<Entrance, string>;
  gates: { leading: Gate; limited: Gate; ingest: Gate };
  /** The server that takes what is large. */
  server: Berth;
  stop(): Promise<void>;
}

export async function startIngestStage(): Promise<IngestStage> {
  const bucket = await startBucket("minio");
  const home = await makeHome("server", bucket.settings("ingest"));
  const [leading, limited, ingest] = await Promise.all([startGate(limitBytes), startGate(limitBytes), startGate(null)]);
  // Another name and another port: another origin by any reckoning.
  const origins = { registry: `127.0.0.1:${leading.port}`, ingest: `localhost:${ingest.port}` };
  const server = await startBerth(home);
  const worker = async (settings: Record<string, string>) => {
    const edge = await makeHome("edge");
    return startBerth({ ...edge, env: { ...home.env, BERTH_DATA_DIR: edge.dataDir, ...settings } });
  };
  const workers = [
    await worker({ BERTH_PUBLIC_URL: `http://${origins.registry}`, INGEST_ORIGIN: `http://${origins.ingest}` }),
    await worker({ BERTH_PUBLIC_URL: `http://127.0.0.1:${limited.port}` }),
    await worker({ BERTH_BODY_LIMIT: String(limitBytes) }),
  ] as const;
  leading.leadTo(workers[0].host);
  limited.leadTo(workers[1].host);
  ingest.leadTo(server.host);
  const stop = async () => {
    for (const gate of [leading, limited, ingest]) await gate.close();
    for (const berth of [...workers, server]) await berth.stop();
    await bucket.stop();
  };
  const hosts = { leading: origins.registry, limited: `127.0.0.1:${limited.port}`, knowing: workers[2].host };
  return { hosts, gates: { leading, limited, ingest }, server, stop };
}
