// The head of a request as Node's own server gives it.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { Connection } from "#http/environment.ts";
import type { RequestHead } from "#http/head.ts";

/**
 * A class, because it has a getter: each object literal with one gets a hidden class of its own, which V8 keeps among its old
 * objects, and with it the whole request, until it next collects those (docs/decisions/0013).
 */
export class NodeHead implements RequestHead {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly connection: Connection;
  readonly #headers: IncomingHttpHeaders;
  readonly #query: string;
  #search: URLSearchParams | null = null;

  constructor({ method, headers, socket }: IncomingMessage, path: string, query: string) {
    this.method = method ?? "";
    this.path = path;
    this.host = headers.host ?? "";
    this.connection = { address: socket.remoteAddress ?? null, secure: (socket as TLSSocket).encrypted === true };
    this.#headers = headers;
    this.#query = query;
  }

  get search(): URLSearchParams {
    this.#search ??= new URLSearchParams(this.#query);
    return this.#search;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }
}
