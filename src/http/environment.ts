// What the surfaces know of the world around them, and what each request carries.
import type { Context as HonoContext } from "hono";
import type { Caller } from "#core/access/caller.ts";
import type { Context } from "#core/context.ts";
import type { Body } from "#core/uploads/slabs.ts";
import type { ConsoleFiles } from "./docs/files.ts";

/** How a request came in. */
export interface Connection {
  /** The peer's address, or null where the runtime does not tell. */
  address: string | null;
  /** Whether it came encrypted. */
  secure: boolean;
}

/** One finished request, for logs and metrics. It never holds a header's value, a query or a body. */
export interface RequestRecord {
  id: string;
  method: string;
  /** The route's pattern. */
  route: string;
  path: string;
  status: number;
  bytesIn: number;
  bytesOut: number;
  durationMs: number;
  who: string | null;
  address: string | null;
  error?: string;
}

/** A body that is sent: what was announced of it, and whom to tell when it has ended. */
export interface Outgoing {
  lengthBytes: number;
  done: (sentBytes: number, error?: unknown) => void;
}

/** What a runtime gives the application beside the rules' context. */
export interface Surroundings {
  /** Where clients reach this server, or null: then it is taken from each request. */
  publicUrl: string | null;
  /** Where the bytes of uploads are to go, or null: here. A replica on the same database and store answers there. */
  ingestOrigin: string | null;
  /** What the body of an upload's request may have at most, or null: as much as the store takes. */
  bodyLimitBytes: number | null;
  connection(c: HonoContext): Connection;
  /** Whether the headers that this address adds are to be believed. */
  isTrustedProxy(address: string): boolean;
  record(request: RequestRecord): void;
  /**
   * How much of a body that is refused while it comes in is read all the same, so that its client gets to read the answer.
   * Absent: nothing.
   */
  drainedBytes?: number;
  /** Below this rate, over this time, a transfer is cut. */
  minRate: { bytesPerSecond: number; seconds: number };
  /** How a runtime collects a body itself; absent: it is read as a stream, and broken off when its client is too slow. */
  collect?(body: ReadableStream<Uint8Array>, count: (bytes: number) => void): Body;
  /** How a runtime passes a stream on itself; absent: it is watched, and cut when its client hardly moves. */
  passOn?(body: ReadableStream<Uint8Array>, outgoing: Outgoing): ReadableStream<Uint8Array>;
  /** What is wrong with the server as a whole, or null: for health and for the load balancer. */
  problem(): Promise<string | null>;
  /** The figures, for who shows the token; a null token means that they are not given here, and `where` they are. */
  metrics: { token: string | null; render(): Promise<{ contentType: string; body: string }>; where?: string };
  /** What the page at /docs/api is made of. */
  consoleFiles: ConsoleFiles;
  /** The server is about to stop: health says so. */
  draining(): boolean;
}

/** What a request carries through the application. */
interface Variables {
  route: string;
  who: string | null;
  /** Who asks the management API, once that is known. */
  caller: Caller | null;
  bytesIn: number;
  bytesOut: number;
  /** Set when a stream ends the request later than its handler. */
  finishLater: ((error?: unknown) => void) | null;
  streaming: boolean;
  error: unknown;
}

export type AppEnv = { Variables: Variables };
export type AppContext = HonoContext<AppEnv>;

/** Everything a handler may use. */
export interface Surface {
  ctx: Context;
  around: Surroundings;
}
