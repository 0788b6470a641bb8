// Takes requests with large bodies over from Node's HTTP server once it has read their heads, and gives their connections
// back after the answer. To the server such a request is an upgrade: it lets go of the connection with all that it holds.
import http from "node:http";
import type net from "node:net";
import { type Intake, openIntake } from "./body.ts";
import { type Connection, openConnection, release } from "./connection.ts";
import { createChunkedFraming, createSizedFraming, type Framing } from "./framing.ts";

/** A smaller body is not worth it. */
const leastBytes = 128 * 1024;

type Handle = (req: http.IncomingMessage, res: http.ServerResponse, intake: Intake) => void;

interface Options {
  /** Whether such a request may be taken over. */
  wants(req: http.IncomingMessage): boolean;
  handle: Handle;
}

/** The part of Node's parser that sees a request's head first. */
interface Parser {
  onIncoming(req: Request, keepAlive: boolean): number;
}
type Parsed = net.Socket & { parser?: Parser | null; _httpMessage?: unknown };
type Request = http.IncomingMessage & { upgrade?: boolean };

export interface TakeOver {
  /** Ends the connections that are not the server's at this moment. */
  close(): void;
}

/** @param server one that has no connection yet. */
export function takeOverBodies(server: http.Server, { wants, handle }: Options): TakeOver {
  const connections = new WeakMap<net.Socket, Connection>();
  const taken = new Set<net.Socket>();
  const keepAlives = new WeakMap<http.IncomingMessage, boolean>();
  const serve = server.listeners("connection") as ((this: http.Server, socket: net.Socket) => void)[];

  /** Node's server reads the connection, until a request is wanted. */
  const give = (connection: Connection) => {
    const socket = connection.socket as Parsed;
    for (const listener of serve) listener.call(server, socket);
    const { parser } = socket;
    if (!parser) return;
    const { onIncoming } = parser;
    const choose: Parser["onIncoming"] = (req, keepAlive) => {
      // An answer that is still to be sent must come first.
      if (!req.upgrade && !socket._httpMessage && framingOf(req) && wants(req)) {
        req.upgrade = true;
        keepAlives.set(req, keepAlive);
      }
      return onIncoming(req, keepAlive);
    };
    parser.onIncoming = choose;
  };

  // Requests that ask for another protocol themselves are answered as if they had not, as before.
  Object.assign(server, { shouldUpgradeCallback: (req: Request) => keepAlives.has(req) });
  server.removeAllListeners("connection");
  server.on("connection", (accepted: net.Socket) => {
    const connection = openConnection(accepted);
    if (connection === null) return serve.forEach((listener) => void listener.call(server, accepted));
    connections.set(connection.socket, connection);
    give(connection);
  });

  server.on("upgrade", (req: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    const connection = connections.get(socket) as Connection;
    const framing = framingOf(req) as Framing;
    socket.pause();
    taken.add(socket);
    const res = openResponse(server, req, keepAlives.get(req) === true);
    const begin = () => void (req.headers.expect !== undefined && !res.headersSent && res.writeContinue());
    const intake = openIntake(connection, { framing, early: new Uint8Array(head), begin });
    res.assignSocket(socket);
    res.once("finish", async () => {
      res.detachSocket(socket);
      process.nextTick(() => res.emit("close"));
      const rest = res.shouldKeepAlive ? await intake.rest(server.keepAliveTimeout) : null;
      if (rest === null) return socket.destroySoon();
      await nextBytes(connection, rest, server.keepAliveTimeout);
      taken.delete(socket);
      socket.off("close", gone);
      if (!socket.destroyed) give(connection);
    });
    const gone = () => void taken.delete(socket);
    socket.once("close", gone);
    handle(req, res, intake);
  });

  return {
    close() {
      for (const socket of taken) socket.destroy();
    },
  };
}

/** How a body comes that is worth it, or null. What is said of it in a way that needs thought is left to Node. */
function framingOf({ headers, httpVersion, method }: http.IncomingMessage): Framing | null {
  const { "transfer-encoding": coding, "content-length": length, expect } = headers;
  if (
    httpVersion !== "1.1" ||
    headers.host === undefined ||
    (method !== "PATCH" && method !== "PUT" && method !== "POST")
  )
    return null;
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") return null;
  if (coding !== undefined)
    return coding.toLowerCase() === "chunked" && length === undefined ? createChunkedFraming() : null;
  if (length === undefined || !/^\d{1,15}$/.test(length) || Number(length) < leastBytes) return null;
  return createSizedFraming(Number(length));
}

function openResponse(server: http.Server, req: http.IncomingMessage, keepAlive: boolean): http.ServerResponse {
  const res = new http.ServerResponse(req);
  res.shouldKeepAlive = keepAlive;
  Object.assign(res, { _keepAliveTimeout: server.keepAliveTimeout });
  return res;
}

/** Waits for the next request on the connection, then leaves it to Node's parser with the bytes that have come. */
function nextBytes(connection: Connection, rest: Uint8Array, idleMs: number): Promise<void> {
  const { socket } = connection;
  return new Promise((resolve) => {
    const go = (bytes: Uint8Array | null) => {
      release(connection);
      socket.setTimeout(0).off("timeout", end).off("end", end).off("close", gone);
      Object.assign(socket, { readableFlowing: null });
      if (bytes) socket.unshift(Buffer.from(bytes));
      resolve();
    };
    const end = () => void socket.destroy();
    const gone = () => go(null);
    if (rest.byteLength > 0 || socket.destroyed) return go(rest.byteLength > 0 ? rest : null);
    connection.tap = {
      space: () => null,
      took(bytes) {
        const came = bytes.slice();
        socket.pause();
        process.nextTick(() => go(came));
        return false;
      },
    };
    socket.setTimeout(idleMs, end).once("end", end).once("close", gone);
    socket.resume();
  });
}
