// The part of Bun's server that is used here, in types: the project has no types of Bun.

interface BunServer {
  readonly hostname: string;
  readonly port: number;
  /** Closes a request's connection when nothing moves on it for so long; 0 is never. It stays so for the requests after it. */
  timeout(request: Request, seconds: number): void;
  requestIP(request: Request): { address: string } | null;
  /** Takes no more connections; `true` also ends those that are open. */
  stop(closeConnections?: boolean): Promise<void>;
}

export interface ServeOptions {
  hostname: string;
  port: number;
  /** Seconds, 255 at most. */
  idleTimeout: number;
  maxRequestBodySize: number;
  tls?: { cert: string; key: string };
  fetch(request: Request, server: BunServer): Response | Promise<Response>;
  error(error: Error): Response;
}

declare const Bun: { version: string; serve(options: ServeOptions): BunServer; gc(synchronous: boolean): void };

export const bun = Bun;
