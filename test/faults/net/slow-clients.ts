// Clients that hardly move: idle connections, and transfers of one byte a second.
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Berth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";

/** A connection, and how it ended. */
export interface SlowClient {
  socket: Socket;
  /** What was received, as far as it was kept. */
  received(): string;
  /** Seconds until the server ended it. */
  ended: Promise<number>;
}

/** Opens a connection and sends the text, if any. Nothing is read before `read` says so. */
export async function openClient(berth: Berth, text = ""): Promise<SlowClient> {
  const [host, port] = berth.host.split(":");
  const socket = connect({ host: host as string, port: Number(port) });
  const started = performance.now();
  let received = "";
  socket.on("data", (data) => {
    if (received.length < 10_000) received += data.toString("latin1");
  });
  const ended = new Promise<number>((resolve) =>
    socket.once("close", () => resolve((performance.now() - started) / 1000)),
  );
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  if (text !== "") socket.write(text);
  return { socket, received: () => received, ended };
}

/** Idle connections of three kinds: that never sent a byte, that sent half a head, that had an answer and keep the connection. */
export async function openIdle(berth: Berth, count: number): Promise<SlowClient[]> {
  const texts = ["", "GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Half: ", "GET /live HTTP/1.1\r\nHost: x\r\n\r\n"];
  const clients: SlowClient[] = [];
  // The queue of a listening socket is finite.
  for (let i = 0; i < count; i += 100)
    clients.push(...(await Promise.all(Array.from({ length: 100 }, (_, j) => openClient(berth, texts[(i + j) % 3])))));
  return clients;
}

/** Sends a body of unknown length, a byte a second, until the connection ends. */
export async function uploadSlowly(berth: Berth, path: string, authorization: string): Promise<SlowClient> {
  const head = `PATCH ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const client = await openClient(berth, head);
  const timer = setInterval(() => client.socket.write("1\r\nx\r\n"), 1000);
  void client.ended.then(() => clearInterval(timer));
  return client;
}

/** Asks for a path, and takes a byte a second of the answer, until the connection ends. */
export async function downloadSlowly(berth: Berth, path: string, authorization: string): Promise<SlowClient> {
  const client = await openClient(berth);
  client.socket.removeAllListeners("data");
  client.socket.pause();
  client.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
  const { localPort } = client.socket;
  const opened = Date.now();
  const timer = setInterval(() => {
    client.socket.read(1);
    // Who does not read is not told of the end.
    if (Date.now() - opened > lookEveryMs && !isHeld(localPort as number)) client.socket.destroy();
  }, 1000);
  void client.ended.then(() => clearInterval(timer));
  return client;
}

let held = { at: 0, ports: new Set<number>() };
const lookEveryMs = 3_000;

/** Whether the other end of the connection from a local port still holds it, by the kernel's table (proc(5), tcp). */
function isHeld(localPort: number): boolean {
  if (Date.now() - held.at > lookEveryMs) {
    // Its columns begin with: number, local address, remote address, state; 01 is "established".
    const lines = readFileSync("/proc/net/tcp", "utf8").matchAll(/^ *\d+: \S+ \S+:([0-9A-F]{4}) 01 /gm);
    held = { at: Date.now(), ports: new Set([...lines].map(([, port]) => Number.parseInt(port as string, 16))) };
  }
  return held.ports.has(localPort);
}

/** Ends them all from the client's side. */
export async function closeAll(clients: SlowClient[]): Promise<void> {
  for (const { socket } of clients) socket.destroy();
  await Promise.all(clients.map(({ ended }) => ended));
  await pause(100);
}
