// The HTTP or HTTPS listener: limits of Node's server, certificates reloaded when their files change, and draining.
import { createPrivateKey, X509Certificate } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Context as HonoContext } from "hono";
import type { Connection } from "#http/environment.ts";
import { createDrain, type Drain, drainRest, refusal, sleep } from "../drain.ts";
import { listenProblem } from "../listen-problem.ts";
import type { Fetch, Listener, ListenOptions } from "../machine.ts";
import { StartError } from "../start-error.ts";
import type { DirectAnswer } from "./direct/answer.ts";
import type { Intake } from "./direct/intake/body.ts";
import type { Log } from "./log.ts";

const socketBufferBytes = 256 * 1024;
const lookAtCertificateMs = 2_000;
const lastAnswersMs = 200;

/** How a request came in, by what the listener knows of it. */
export function connectionOf(c: HonoContext): Connection {
  const socket = (c.env as HttpBindings | undefined)?.incoming?.socket as TLSSocket | undefined;
  return { address: socket?.remoteAddress ?? null, secure: socket?.encrypted === true };
}

/** @param direct takes the requests that it can answer without the application. @throws StartError when the port is taken or the certificate cannot be read. */
export async function listen(fetch: Fetch, options: ListenOptions, direct?: DirectAnswer): Promise<Listener> {
  const { server, reload } = createServer(options, direct !== undefined);
  // Its own way to be rid of a body gives a client half a second.
  const serving = { overrideGlobalObjects: false, autoCleanupIncoming: false };
  const serve = getRequestListener(fetch as Parameters<typeof getRequestListener>[0], serving);
  const drain = createDrain();
  const take = takeRequests(server, drain, (req, res, intake) => {
    if (direct?.takes(req)) direct.answer(req, res, intake);
    else {
      const { socket } = req;
      res.once("finish", () => setImmediate(drainRest, req, socket));
      void serve(req, res);
    }
  });
  // Encrypted connections have no bytes that could be read past Node.
  const bodies = direct && !options.tls ? direct.takeOver(server, take) : null;
  server.headersTimeout = options.headerSeconds * 1000;
  server.requestTimeout = 0;
  server.timeout = 0;
  server.keepAliveTimeout = options.idleSeconds * 1000;
  await bind(server, options);
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    draining: drain.isDraining,
    async drain(seconds) {
      reload?.stop();
      // Connections are taken until the end: an upload may use several, and everybody else is told to come again.
      await drain.quiet(seconds);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.race([closed, sleep(lastAnswersMs)]);
      server.closeAllConnections();
      bodies?.close();
      await closed;
    },
  };
}

function createServer(
  options: ListenOptions,
  isDirect: boolean,
): { server: http.Server | https.Server; reload: { stop(): void } | null } {
  const common = {
    highWaterMark: socketBufferBytes,
    connectionsCheckingInterval: 2_000,
    noDelay: true,
    // A request whose head announces no body has none (RFC 9112, section 6.3): nobody waits for its end. Deno's server then
    // gives the application a stream that it cannot read.
    optimizeEmptyRequests: isDirect,
  };
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

/** Not every runtime finds out by itself that the two do not belong together. */
function readCertificate(tls: { cert: string; key: string }) {
  const pair = { cert: fs.readFileSync(tls.cert), key: fs.readFileSync(tls.key) };
  if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)))
    throw new Error("the key is another certificate's");
  return pair;
}

/** New connections get the new certificate; those that are open go on with the one they have. */
function keepCertificate(server: https.Server, tls: { cert: string; key: string }, log: Log) {
  // Bun has no such method.
  if (typeof server.setSecureContext !== "function") return null;
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

function bind(server: http.Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenProblem(error, options)));
    server.listen({ host: options.host, port: options.port }, () => resolve());
  });
}

type Take = (req: http.IncomingMessage, res: http.ServerResponse, intake?: Intake) => void;

/** Takes what comes in, and keeps count of it. @returns the same for requests that come another way. */
function takeRequests(server: http.Server, drain: Drain, handle: Take): Take {
  const take: Take = (req, res, intake) => {
    // A web URL reads a backslash as a slash; the application must see what the client sent.
    if (req.url?.includes("\\")) req.url = req.url.replaceAll("\\", "%5C");
    if (drain.isDraining()) res.setHeader("Connection", "close");
    if (drain.refuses(req.method ?? "", req.url ?? "")) {
      res.writeHead(refusal.status, refusal.headers);
      res.end(refusal.body);
      return;
    }
    drain.began();
    res.once("close", drain.ended);
    handle(req, res, intake);
  };
  server.on("request", (req, res) => take(req, res));
  server.on("checkContinue", (req: http.IncomingMessage, res: http.ServerResponse) => {
    continueWhenRead(req, res);
    take(req, res);
  });
  return take;
}

/** Says 100 Continue when the body is first read, so that a refusal costs the client nothing. */
function continueWhenRead(req: http.IncomingMessage, res: http.ServerResponse): void {
  const read = req.read.bind(req);
  let said = false;
  const readSaying = (size?: number) => {
    if (!said && !res.headersSent) {
      said = true;
      res.writeContinue();
    }
    return read(size);
  };
  req.read = readSaying;
}
