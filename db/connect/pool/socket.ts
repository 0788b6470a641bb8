// Opens sockets to a database server, and names the ways in which a connection is lost.
import { Socket } from "node:net";
import { connectionError } from "../loss.ts";

/** Where the server listens. */
export type Place = { readonly path: string } | { readonly host: string; readonly port: number };

type Cause = Partial<NodeJS.ErrnoException> & { errors?: Error[]; severity?: string };

/** Whether the operating system said it of a socket. */
export function isOfSystem(error: unknown): boolean {
  return (error as Cause).syscall !== undefined || (error as Cause).errors !== undefined;
}

/** Why a connection is lost: what PostgreSQL itself said, else an error whose code says so, and never without words. */
export function lossOf(error: unknown): Error {
  const { message, code = "", errors, severity } = error as Cause;
  if (severity !== undefined) return error as Error;
  // Of several addresses that were tried only the list of errors has words.
  const text = message || errors?.[0]?.message || code;
  if (/^(CONN|ECONN|EPIPE$|ENOENT$)/.test(code)) return Object.assign(error as Error, { message: text });
  return connectionError("CONNECTION_FAILED", text);
}

/** A socket that has begun to connect, and the promise that it has; it rejects with the system's error. */
export function openSocket(place: Place): { socket: Socket; connected: Promise<void> } {
  // The driver reads the host from the socket, to compare it with the server's certificate.
  const socket = Object.assign(new Socket(), place);
  const connected = new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  // The driver may ask for the outcome only after it is known.
  connected.catch(() => {});
  socket.setNoDelay(true);
  socket.connect(place);
  return { socket, connected };
}
