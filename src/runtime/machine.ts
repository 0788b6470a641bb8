// What the server needs of the runtime that it runs on, beyond what all of them have by their compatibility with Node.
import type { Context as HonoContext } from "hono";
import type { Connection, Surface } from "#http/environment.ts";
import type { Log } from "./node/log.ts";

export interface Machine {
  /** Name and version. */
  readonly name: string;
  /** What Berth cannot do here that it does on Node, in words for the operator: told at the start. */
  readonly lacks: readonly string[];
  /**
   * Opens a listener that answers by the application. `fast` comes with the server's own listener: a runtime may then answer
   * requests in a way of its own.
   * @throws StartError when the port is taken or the certificate cannot be read.
   */
  listen(fetch: Fetch, options: ListenOptions, fast?: FastWay): Promise<Listener>;
  /** How a request came in. */
  connection(c: HonoContext): Connection;
}

/** The application. */
export type Fetch = (request: Request, environment?: object) => Response | Promise<Response>;

export interface FastWay {
  surface: Surface;
  /** Where the blobs' files lie, or null when they are no local files. */
  blobFolder: string | null;
  /** Memory for small layers in demand; absent for none. */
  hotBlobBytes?: number;
  /** Takes what is to be done when there is nothing else to do. */
  onQuiet?: (rest: () => void) => void;
}

export interface ListenOptions {
  host: string;
  port: number;
  tls: { cert: string; key: string } | null;
  headerSeconds: number;
  idleSeconds: number;
  log: Log;
  /** Names the setting in the message when the port is taken. */
  setting: string;
}

export interface Listener {
  host: string;
  port: number;
  draining(): boolean;
  /** Takes no new requests, waits for those under way up to a time, then closes every connection. */
  drain(seconds: number): Promise<void>;
}
