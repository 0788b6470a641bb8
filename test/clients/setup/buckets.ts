// Starts real servers that speak S3, each with an empty bucket.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { inject } from "vitest";
import { startDaemon, waitForDaemon } from "./daemon.ts";
import { findFreePort } from "./port.ts";
import { toolsBin } from "./tools.ts";

/** The servers that the store is tried on. */
export const bucketServers = ["versitygw", "minio"] as const;
export type BucketServer = (typeof bucketServers)[number];

export const accessKey = "test-access";
export const secretKey = "test-secret-key";
export const bucketName = "blobs";

export interface Bucket {
  endpoint: string;
  /** Settings of a Berth that keeps its blobs below a prefix of the bucket. */
  settings(prefix: string): Record<string, string>;
  /** Asks the server itself, as its owner. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

let started = 0;

export async function startBucket(server: BucketServer): Promise<Bucket> {
  const folder = join(inject("run").folder, `s3-${process.pid}-${started++}`);
  mkdirSync(join(folder, "data"), { recursive: true });
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const daemon = startDaemon({
    ...commandOf(server, port, join(folder, "data")),
    log: join(folder, "log"),
    cwd: folder,
  });
  const aws = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    service: "s3",
    region: "us-east-1",
    retries: 0,
  });
  const ask = (path: string, init: RequestInit = {}) => aws.fetch(`${endpoint}/${bucketName}${path}`, init);
  await waitForDaemon(daemon, async () => {
    const made = await ask("", { method: "PUT" }).catch(() => null);
    return made?.status === 200;
  });
  return {
    endpoint,
    settings: (prefix) => ({
      BERTH_STORAGE: `s3://${bucketName}/${prefix}?endpoint=${endpoint}`,
      BERTH_S3_ACCESS_KEY: accessKey,
      BERTH_S3_SECRET_KEY: secretKey,
    }),
    ask,
    stop: () => daemon.stop(),
  };
}

function commandOf(server: BucketServer, port: number, data: string) {
  const env = { PATH: process.env.PATH, HOME: data };
  if (server === "versitygw")
    return {
      command: [join(toolsBin, "versitygw"), "--port", `127.0.0.1:${port}`, "--quiet", "posix", data],
      env: { ...env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    };
  return {
    command: [join(toolsBin, "minio"), "server", "--quiet", "--address", `127.0.0.1:${port}`, data],
    env: { ...env, MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_BROWSER: "off" },
  };
}
