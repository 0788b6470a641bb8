// Starts real servers that speak S3 over TLS with a certificate of an authority that nobody knows, in the path and the host name.
import { mkdirSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { inject } from "vitest";
import { accessKey, type BucketServer, bucketName, secretKey } from "./buckets.ts";
import { startDaemon, waitForDaemon } from "./daemon.ts";
import { findFreePort } from "./port.ts";
import { mustRun } from "./run.ts";
import { toolsBin } from "./tools.ts";

/** Buckets are subdomains of it; nothing resolves it. */
const domain = "s3.test";

export interface TlsBucket {
  port: number;
  /** The authority's certificate: a file, for NODE_EXTRA_CA_CERTS, and what is in it. */
  authority: string;
  /** `https://127.0.0.1:port`, or with the server's name. */
  endpoint(by: "address" | "name"): string;
  stop(): Promise<void>;
}

export async function startTlsBucket(server: BucketServer): Promise<TlsBucket> {
  const port = await findFreePort();
  const folder = join(inject("run").folder, `s3-tls-${process.pid}-${port}`);
  const certificates = join(folder, "certificates");
  // A folder is a bucket to both servers.
  mkdirSync(join(folder, "data", bucketName), { recursive: true });
  mkdirSync(certificates);
  const authority = await makeCertificates(certificates);
  const command = commandOf(server, { port, data: join(folder, "data"), certificates });
  const daemon = startDaemon({ ...command, log: join(folder, "log"), cwd: folder });
  await waitForDaemon(daemon, () => answers(port));
  return {
    port,
    authority,
    endpoint: (by) => `https://${by === "name" ? domain : "127.0.0.1"}:${port}`,
    stop: () => daemon.stop(),
  };
}

/** MinIO wants its files to be named so. @returns the authority's file. */
async function makeCertificates(folder: string): Promise<string> {
  const openssl = (words: string) => mustRun(`openssl ${words}`, { cwd: folder });
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  await openssl(`req -x509 ${key} -subj /CN=authority -keyout authority.key -out authority.crt`);
  await openssl(`req ${key} -subj /CN=server -keyout private.key -out server.csr`);
  writeFileSync(join(folder, "names"), `subjectAltName=IP:127.0.0.1,DNS:${domain},DNS:*.${domain}\n`);
  const signing = "-CA authority.crt -CAkey authority.key -CAcreateserial -days 2 -extfile names";
  await openssl(`x509 -req -in server.csr ${signing} -out public.crt`);
  return join(folder, "authority.crt");
}

function commandOf(server: BucketServer, at: { port: number; data: string; certificates: string }) {
  const env = { PATH: process.env.PATH, HOME: at.data };
  const address = `127.0.0.1:${at.port}`;
  if (server === "minio")
    return {
      command: [
        join(toolsBin, server),
        "server",
        "--quiet",
        "--address",
        address,
        "--certs-dir",
        at.certificates,
        at.data,
      ],
      env: {
        ...env,
        MINIO_ROOT_USER: accessKey,
        MINIO_ROOT_PASSWORD: secretKey,
        MINIO_BROWSER: "off",
        MINIO_DOMAIN: domain,
      },
    };
  const files = ["--cert", join(at.certificates, "public.crt"), "--key", join(at.certificates, "private.key")];
  const names = ["--virtual-domain", `${domain}:${at.port}`];
  return {
    command: [join(toolsBin, server), "--port", address, "--quiet", ...files, ...names, "posix", at.data],
    env: { ...env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = https.get({ host: "127.0.0.1", port, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    });
    asking.once("error", () => resolve(false));
  });
}
