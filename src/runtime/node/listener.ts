// The HTTP or HTTPS listener: limits of Node's server, certificates reloaded when their files change, and draining.
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { StartError } from "../start-error.ts";
import type { DirectAnswer } from "./direct/answer.ts";
import type { Intake } from "./direct/intake/body.ts";
import { takeOverBodies } from "./direct/intake/take-over.ts";
import type { Log } from "./log.ts";

const socketBufferBytes = 256 * 1024;
const lookAtCertificateMs = 2_000;
/** While draining: how long a client that has just been answered may take for the next request of its upload. */
const betweenRequestsMs = 500;
const lastAnswersMs = 200;

export interface ListenOptions {
  host: string;
  port: number;
  tls: { cert: string; key: string } | null;
  headerSeconds: number;
  idleSeconds: number;
  log: Log;
  /** Names the setting in the message when the port is taken. */
  setting: string;
}

export interface Listener {
  host: string;
  port: number;
  draining(): boolean;
  /** Takes no new requests, waits for those under way up to a time, then closes every connection. */
  drain(seconds: number): Promise<void>;
}

type Fetch = Parameters<typeof getRequestListener>[0];

/** @param direct takes the requests that it can answer without the application. @throws StartError when the port is taken or the certificate cannot be read. */
export async function listen(fetch: Fetch, options: ListenOptions, direct?: DirectAnswer): Promise<Listener> {
  const { server, reload } = createServer(options);
  const serve = getRequestListener(fetch, { overrideGlobalObjects: false });
  const requests = trackRequests(server, (req, res, intake) => {
    if (direct?.takes(req)) direct.answer(req, res, intake);
    else serve(req, res);
  });
  // Encrypted connections have no bytes that could be read past Node.
  const bodies =
    direct && !options.tls ? takeOverBodies(server, { wants: direct.takesBody, handle: requests.serve }) : null;
  server.headersTimeout = options.headerSeconds * 1000;
  server.requestTimeout = 0;
  server.timeout = 0;
  server.keepAliveTimeout = options.idleSeconds * 1000;
  await bind(server, options);
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    draining: () => requests.draining,
    async drain(seconds) {
      requests.draining = true;
      reload?.stop();
      // Connections are taken until the end: an upload may use several, and everybody else is told to come again.
      await Promise.race([requests.quiet(), sleep(seconds * 1000)]);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.race([closed, sleep(lastAnswersMs)]);
      server.closeAllConnections();
      bodies?.close();
      await closed;
    },
  };
}

function createServer(options: ListenOptions): { server: http.Server | https.Server; reload: { stop(): void } | null } {
  const common = { highWaterMark: socketBufferBytes, connectionsCheckingInterval: 2_000, noDelay: true };
  if (!options.tls) return { server: http.createServer(common), reload: null };
  const tls = options.tls;
  let certificate: { cert: Buffer; key: Buffer };
  try {
    certificate = readCertificate(tls);
    const server = https.createServer({ ...common, ...certificate, minVersion: "TLSv1.2" });
    return { server, reload: keepCertificate(server, tls, options.log) };
  } catch (error) {
    throw new StartError(
      `the certificate or key named by BERTH_TLS_CERT and BERTH_TLS_KEY cannot be used: ${(error as Error).message}`,
    );
  }
}

function readCertificate(tls: { cert: string; key: string }) {
  return { cert: fs.readFileSync(tls.cert), key: fs.readFileSync(tls.key) };
}

/** New connections get the new certificate; those that are open go on with the one they have. */
function keepCertificate(server: https.Server, tls: { cert: string; key: string }, log: Log) {
  const stamp = () =>
    [tls.cert, tls.key].map((file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join();
  let known = stamp();
  const timer = setInterval(() => {
    const now = stamp();
    if (now === known) return;
    known = now;
    try {
      server.setSecureContext({ ...readCertificate(tls), minVersion: "TLSv1.2" });
      log.info({}, "the new certificate is in use");
    } catch (error) {
      log.error({ error: (error as Error).message }, "the new certificate cannot be used; the old one stays in use");
    }
  }, lookAtCertificateMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function bind(server: http.Server, { host, port, setting }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      if (error.code === "EADDRINUSE")
        reject(
          new StartError(
            `${setting}: ${where} is in use by another program: stop it, or choose another port (on macOS, AirPlay takes port 5000)`,
          ),
        );
      else if (error.code === "EACCES")
        reject(new StartError(`${setting}: this user may not listen on ${where}: choose a port from 1024 on`));
      else reject(new StartError(`${setting}: cannot listen on ${where}: ${error.message}`));
    });
    server.listen({ host, port }, () => resolve());
  });
}

/** Counts what is under way. While draining only uploads under way may go on; the rest is told to come again. */
function trackRequests(
  server: http.Server,
  handle: (req: http.IncomingMessage, res: http.ServerResponse, intake?: Intake) => void,
) {
  let running = 0;
  const waiting: (() => void)[] = [];
  const state = {
    draining: false,
    /** Resolves when nothing is under way, and nothing more came of what was. */
    async quiet() {
      while (running > 0) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        await sleep(betweenRequestsMs);
      }
    },
  };
  const serve = (req: http.IncomingMessage, res: http.ServerResponse, intake?: Intake) => {
    // A web URL reads a backslash as a slash; the application must see what the client sent.
    if (req.url?.includes("\\")) req.url = req.url.replaceAll("\\", "%5C");
    if (state.draining) {
      res.setHeader("Connection", "close");
      const upload = req.url?.includes("/blobs/uploads/") && (req.method === "PUT" || req.method === "PATCH");
      if (!upload && req.url !== "/health" && req.url !== "/_ping") return refuse(res);
    }
    running++;
    res.once("close", () => {
      if (--running === 0) for (const wake of waiting.splice(0)) wake();
    });
    handle(req, res, intake);
  };
  server.on("request", (req, res) => serve(req, res));
  server.on("checkContinue", (req: http.IncomingMessage, res: http.ServerResponse) => {
    continueWhenRead(req, res);
    serve(req, res);
  });
  return Object.assign(state, { serve });
}

/** Says 100 Continue when the body is first read, so that a refusal costs the client nothing. */
function continueWhenRead(req: http.IncomingMessage, res: http.ServerResponse): void {
  const read = req.read.bind(req);
  let said = false;
  req.read = (size?: number) => {
    if (!said && !res.headersSent) {
      said = true;
      res.writeContinue();
    }
    return read(size);
  };
}

function refuse(res: http.ServerResponse): void {
  const errors = [{ code: "UNAVAILABLE", message: "the server is stopping: try again", detail: null }];
  res.writeHead(503, { "Content-Type": "application/json", "Retry-After": "5" });
  res.end(JSON.stringify({ errors }));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
