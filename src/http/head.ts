// The head of a request as the surfaces read it, whichever runtime brought it.
import type { AppContext, Connection, Surroundings } from "./environment.ts";

export interface RequestHead {
  readonly method: string;
  /** As sent, undecoded. */
  readonly path: string;
  /** The host that the address names; the Host header may say otherwise. */
  readonly host: string;
  readonly connection: Connection;
  readonly search: URLSearchParams;
  /** @param name in lower case. */
  header(name: string): string | undefined;
}

/** The head of a request that came through the application. */
export function headOf(c: AppContext, around: Surroundings): RequestHead {
  const url = new URL(c.req.url);
  return {
    method: c.req.method,
    path: url.pathname,
    host: url.host,
    connection: around.connection(c),
    search: url.searchParams,
    header: (name) => c.req.header(name),
  };
}
