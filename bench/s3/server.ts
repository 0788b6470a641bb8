// Starts an S3 server with an empty bucket, and signs requests to it for curl.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { startChild } from "../peers/servers/child.ts";
import { treeOf } from "../peers/servers/process-tree.ts";

export const s3Names = ["minio", "versitygw"] as const;
export type S3Name = (typeof s3Names)[number];

export interface S3Server {
  endpoint: string;
  /** Settings of a Berth that keeps its blobs there. */
  settings: Record<string, string>;
  pids(): number[];
  /** The address of a request to an object, valid for some minutes; its body is not part of the signature. */
  sign(method: string, path: string): Promise<string>;
  /** Removes all objects below a prefix but those whose name ends so. */
  clear(prefix: string, but: string): Promise<void>;
  stop(): Promise<void>;
}

const accessKey = "bench-access";
const secretKey = "bench-secret-key";
const bucket = "blobs";
const toolsBin = join(process.env.BERTH_TOOLS ?? join(homedir(), ".cache/berth-tools"), "bin");

export async function startS3(name: S3Name, { folder, port }: { folder: string; port: number }): Promise<S3Server> {
  const endpoint = `http://127.0.0.1:${port}`;
  const data = join(folder, name);
  mkdirSync(data);
  const log = join(folder, `${name}.log`);
  const { pid, stop } = await startChild({ ...programOf(name, data, port), log, url: endpoint });
  const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const aws = new AwsClient({ ...keys, service: "s3", region: "us-east-1", retries: 10 });
  const urlOf = (path: string) => `${endpoint}/${bucket}${path}`;
  const ask = async (method: string, path: string) => {
    const answer = await aws.fetch(urlOf(path), { method });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  await ask("PUT", "");
  return {
    endpoint,
    settings: {
      BERTH_STORAGE: `s3://${bucket}/berth?endpoint=${endpoint}`,
      BERTH_S3_ACCESS_KEY: accessKey,
      BERTH_S3_SECRET_KEY: secretKey,
    },
    pids: () => treeOf([pid]),
    stop,
    sign: async (method, path) => (await aws.sign(urlOf(path), { method, aws: { signQuery: true } })).url,
    async clear(prefix, but) {
      const listed = await ask("GET", `?list-type=2&prefix=${prefix}`);
      const names = [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, found]) => found as string);
      for (const found of names) if (!found.endsWith(but)) await ask("DELETE", `/${found}`);
      // MinIO keeps for minutes what was deleted, which would fill the folder.
      const trash = join(data, ".minio.sys/tmp/.trash");
      if (existsSync(trash)) for (const entry of readdirSync(trash)) rmSync(join(trash, entry), { recursive: true });
    },
  };
}

function programOf(name: S3Name, data: string, port: number) {
  const env = { PATH: process.env.PATH, HOME: data };
  const address = `127.0.0.1:${port}`;
  if (name === "versitygw")
    return {
      command: [join(toolsBin, name), "--port", address, "--quiet", "posix", data],
      env: { ...env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    };
  return {
    command: [join(toolsBin, name), "server", "--quiet", "--address", address, data],
    env: { ...env, MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_BROWSER: "off" },
  };
}
