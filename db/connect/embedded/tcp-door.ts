// Lets one account reach the embedded database by TCP, on this machine alone: for workerd, which knows no Unix sockets. All
// other accounts are turned away at the door, since on the socket behind it nobody is asked for a password but this one.
import { createConnection, createServer, type Server, type Socket } from "node:net";

export interface TcpDoor {
  readonly port: number;
  close(): Promise<void>;
}

const sslRequest = 80877103;
const gssRequest = 80877104;
const protocol3 = 196608;
/** No first message of a client that means well is longer. */
const longestBytes = 10_000;

/** @param door.socketPath the socket of the database. @param door.user the account that may pass. */
export async function openTcpDoor({ socketPath, user }: { socketPath: string; user: string }): Promise<TcpDoor> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => sockets.delete(client));
    void greet(client, user).then((first) => first && join(client, socketPath, first));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  return { port: portOf(server), close: () => shut(server, sockets) };
}

/** Reads the first message. @returns what has to be passed on, or null when the client was turned away. */
async function greet(client: Socket, user: string): Promise<Buffer | null> {
  let held = Buffer.alloc(0);
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, chunk as Buffer]);
    while (held.length >= 8) {
      const [length, kind] = [held.readUInt32BE(0), held.readUInt32BE(4)];
      if (length === 8 && (kind === sslRequest || kind === gssRequest)) {
        client.write("N");
        held = held.subarray(8);
        continue;
      }
      if (kind !== protocol3 || length > longestBytes) return refuse(client, "not a PostgreSQL client");
      if (held.length < length) break;
      return userOf(held.subarray(8, length)) === user ? held : refuse(client, `only ${user} may connect by TCP`);
    }
  }
  return null;
}

/** The account that a first message names: names and values, each ended by a zero byte. */
function userOf(fields: Buffer): string | undefined {
  const words = fields.toString("utf8").split("\0");
  const at = words.findIndex((word, i) => i % 2 === 0 && word === "user");
  return at < 0 ? undefined : words[at + 1];
}

function refuse(client: Socket, message: string): null {
  const fields = Buffer.from(`SFATAL\0C28000\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(fields.length + 4, 1);
  client.end(Buffer.concat([head, fields]));
  return null;
}

function join(client: Socket, socketPath: string, first: Buffer): void {
  const database = createConnection({ path: socketPath });
  database.on("error", () => client.destroy());
  client.once("close", () => database.destroy());
  database.write(first);
  client.pipe(database).pipe(client);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the door to the database has no port");
  return address.port;
}

function shut(server: Server, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
