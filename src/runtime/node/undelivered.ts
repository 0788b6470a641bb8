// Tells how much of what was sent a client has not taken yet: in Node's buffers, and in the kernel's (on Linux).
import fs from "node:fs/promises";
import { isIPv4, type Socket } from "node:net";

const cacheMs = 500;

let table: { at: number; text: Promise<string> } | null = null;

/** Bytes that are still on their way to the peer, or null when the system does not tell. */
export async function undeliveredBytes(socket: Socket): Promise<number | null> {
  const { remoteAddress, remotePort, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined || localPort === undefined) return null;
  const text = await readTables();
  const peer = `${hexAddress(remoteAddress)}:${hexPort(remotePort)}`;
  const mapped = isIPv4(remoteAddress) ? `0000000000000000FFFF0000${peer}` : peer;
  for (const line of text.split("\n")) {
    // sl local_address rem_address st tx_queue:rx_queue …
    const [, local, remote, , queues] = line.trim().split(/\s+/);
    if ((remote !== peer && remote !== mapped) || !local?.endsWith(`:${hexPort(localPort)}`)) continue;
    return socket.writableLength + Number.parseInt(queues?.split(":")[0] ?? "0", 16);
  }
  return null;
}

/** The kernel's table of connections, read at most twice a second however many transfers ask. */
function readTables(): Promise<string> {
  if (!table || performance.now() - table.at > cacheMs) {
    const read = (file: string) => fs.readFile(file, "utf8").catch(() => "");
    table = {
      at: performance.now(),
      text: Promise.all([read("/proc/net/tcp"), read("/proc/net/tcp6")]).then((t) => t.join("\n")),
    };
  }
  return table.text;
}

/** An address as the kernel's table writes it: each 32-bit word in the machine's (little-endian) order. */
function hexAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  const bytes = isIPv4(plain) ? plain.split(".").map(Number) : ipv6Bytes(plain);
  let text = "";
  for (let word = 0; word < bytes.length; word += 4)
    for (let i = 3; i >= 0; i--) text += (bytes[word + i] ?? 0).toString(16).padStart(2, "0");
  const hex = text.toUpperCase();
  return plain === address ? hex : `0000000000000000FFFF0000${hex}`;
}

function ipv6Bytes(address: string): number[] {
  const [head = "", tail] = (address.split("%")[0] as string).split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16)));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return all.flatMap((word) => [word >> 8, word & 0xff]);
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
