// Connections whose bytes can be read straight into memory of ours. Node's own way gives each read new memory and a copy of
// each chunk, which costs more than hashing does (docs/decisions/0014).
//
// This leans on Node's internals: a socket's handle can be given to a new socket, whose reads go where we say. Where a runtime
// has no such handle, the connection stays as it is.
import net from "node:net";

/** Takes the bytes of a connection instead of Node's parser. */
export interface Tap {
  /** Where the next read may put its bytes; null: anywhere, what is wanted of them is copied. */
  space(): Uint8Array | null;
  /** @returns whether to go on reading. */
  took(bytes: Uint8Array): boolean;
}

export interface Connection {
  socket: net.Socket;
  /** Who takes the bytes that are read; null: the socket, as usual. */
  tap: Tap | null;
  /** Calls back when nothing more can be read into memory that was given as space before. */
  whenUnread(done: () => void): void;
}

interface Handle {
  useUserBuffer?: unknown;
  /** Whether Node's parser reads it; it does so once at most unless told otherwise. */
  _consumed?: boolean;
}
type Accepted = net.Socket & { _handle: Handle | null };

/** All connections share it: what is read into it is copied at once. */
const idle = new Uint8Array(64 * 1024);

/** @param accepted a connection that nothing was read from: it is not used any more. @returns null when this runtime cannot do so. */
export function openConnection(accepted: net.Socket): Connection | null {
  const { _handle: handle } = accepted as Accepted;
  if (handle === null || typeof handle.useUserBuffer !== "function") return null;
  const { writableHighWaterMark, readableHighWaterMark } = accepted;
  (accepted as Accepted)._handle = null;
  accepted.destroy();
  let unread: (() => void)[] = [];
  const settle = () => {
    for (const done of unread) done();
    unread = [];
  };
  const options = {
    handle,
    allowHalfOpen: true,
    readableHighWaterMark,
    writableHighWaterMark,
    onread: {
      buffer() {
        // Asked after each read, so that what was given before is no longer read into.
        const next = connection.tap?.space() ?? idle;
        settle();
        return next;
      },
      callback(count: number, buffer: Uint8Array) {
        const bytes = buffer.subarray(0, count);
        return connection.tap ? connection.tap.took(bytes) : connection.socket.push(Buffer.from(bytes));
      },
    },
  };
  const connection: Connection = {
    socket: null as unknown as net.Socket,
    tap: null,
    whenUnread: (done) => void (connection.socket.destroyed ? done() : unread.push(done)),
  };
  connection.socket = new net.Socket(options as unknown as net.SocketConstructorOpts);
  connection.socket.once("close", settle).on("error", () => {});
  return connection;
}

/** Lets Node's parser read the connection again. */
export function release(connection: Connection): void {
  connection.tap = null;
  const { _handle: handle } = connection.socket as Accepted;
  if (handle) handle._consumed = false;
}
