// Speaks HTTP/1.1 over a bare socket, for what no client library sends.
import net from "node:net";
import type { Target } from "#test/setup/target.ts";

/** One connection. */
export interface Wire {
  send(...pieces: (string | Uint8Array)[]): void;
  /** Reads one answer with a Content-Length (or without a body); null when the connection ended first. */
  answer(options?: { head?: boolean }): Promise<WireAnswer | null>;
  /** Resolves when the server ended the connection. */
  closed: Promise<void>;
  destroy(): void;
  /** Takes nothing more from the connection, until it goes on. */
  pause(): void;
  resume(): void;
  receivedBytes(): number;
}

export interface WireAnswer {
  status: number;
  headers: Map<string, string>;
  text: string;
}

/** Connects to a target that listens on a socket. */
export async function connectTo(target: Target): Promise<Wire> {
  const { url } = await target.fetch("/v2/");
  const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  let seen = Buffer.alloc(0);
  let ended = false;
  let wake = () => {};
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      wake();
      resolve();
    };
    socket.on("close", end);
    socket.on("end", end);
  });
  socket.on("error", () => {});
  let received = 0;
  socket.on("data", (data) => {
    received += data.byteLength;
    seen = Buffer.concat([seen, data]);
    wake();
  });
  const until = async (find: () => number): Promise<number> => {
    for (;;) {
      const at = find();
      if (at >= 0 || ended) return at;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    send: (...pieces) => {
      for (const piece of pieces) socket.write(piece);
    },
    closed,
    destroy: () => socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    receivedBytes: () => received,
    async answer(options = {}) {
      const end = await until(() => seen.indexOf("\r\n\r\n"));
      if (end < 0) return null;
      const [first = "", ...lines] = seen.subarray(0, end).toString("latin1").split("\r\n");
      const headers = new Map(
        lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
      );
      seen = seen.subarray(end + 4);
      const status = Number(first.split(" ")[1]);
      const length = options.head || status < 200 ? 0 : Number(headers.get("content-length") ?? 0);
      await until(() => (seen.byteLength >= length ? 0 : -1));
      const text = seen.subarray(0, length).toString();
      seen = seen.subarray(length);
      return { status, headers, text };
    },
  };
}

/** A request's head. */
export function requestHead(
  target: Target,
  method: string,
  path: string,
  headers: Record<string, string | number> = {},
): string {
  const all = { Host: "berth.test", Authorization: target.admin, ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== "");
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
