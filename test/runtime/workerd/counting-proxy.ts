// A way to the test database by TCP, which counts what is asked of it: statements, and how often a client waits for an answer.
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import type { DatabaseTarget } from "#db/connect/server.ts";

export interface CountingProxy {
  /** With a password, which local Hyperdrive wants and the database does not ask for. */
  url: string;
  /** Statements that were run so far, with those that begin and end transactions. */
  statements(): number;
  /** Texts of those that were sent since the last call. */
  takeTexts(): string[];
  connections(): number;
  /** From now on connections are taken and nothing goes through, as where a network has failed. */
  hang(): void;
  close(): Promise<void>;
}

export async function startCountingProxy(target: DatabaseTarget): Promise<CountingProxy> {
  const place = placeOf(target);
  const sockets = new Set<Socket>();
  let statements = 0;
  let isHanging = false;
  let connections = 0;
  let texts: string[] = [];
  const note = (kind: string, body: Buffer) => {
    if (kind === "E" || kind === "Q") statements++;
    if (kind === "P") texts.push(body.toString("utf8", body.indexOf(0) + 1).split("\0", 1)[0] as string);
    if (kind === "Q") texts.push(body.toString("utf8").split("\0", 1)[0] as string);
  };
  const server = createServer((client) => {
    connections++;
    if (isHanging) {
      sockets.add(client);
      client.on("error", () => client.destroy());
      return;
    }
    const database = createConnection(place.at);
    const watch = createReader(note);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => sockets.delete(socket));
    }
    client.on("data", watch);
    client.pipe(database).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://${place.user}:none@127.0.0.1:${port}/${place.database}`,
    statements: () => statements,
    takeTexts() {
      const taken = texts;
      texts = [];
      return taken;
    },
    connections: () => connections,
    hang() {
      isHanging = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function placeOf(target: DatabaseTarget) {
  if (!("url" in target)) return { at: { path: target.path }, user: target.username, database: target.database };
  const { hostname, port, username, pathname } = new URL(target.url);
  return { at: { host: hostname, port: Number(port || 5432) }, user: username, database: pathname.slice(1) };
}

/** Cuts what a client sends into messages: the first has no letter, all have a length. */
function createReader(note: (kind: string, body: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let isStarted = false;
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const letter = isStarted ? 1 : 0;
      if (held.length < letter + 4) return;
      const length = held.readUInt32BE(letter);
      if (held.length < letter + length) return;
      if (isStarted) note(String.fromCharCode(held[0] as number), held.subarray(5, 1 + length));
      // Where encryption is asked for, the first message follows.
      else isStarted = held.readUInt32BE(4) === 196608;
      held = held.subarray(letter + length);
    }
  };
}
