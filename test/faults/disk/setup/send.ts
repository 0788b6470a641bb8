// Sends one request as admin on a connection of its own: a refusal may come before the body was sent, and end the connection.
import http from "node:http";
import { type Berth, password, user } from "#test/clients/setup/berth.ts";

export interface Sending {
  method: string;
  path: string;
  body?: Uint8Array;
  headers?: Record<string, string>;
  /** Keeps the connection for further requests. */
  agent?: http.Agent;
}

/** The answer, its body read. Rejects when the connection breaks before the answer is whole. */
export function send({ host }: Pick<Berth, "host">, sending: Sending): Promise<Response> {
  const { method, path, body, headers, agent = false } = sending;
  const [hostname, port] = host.split(":");
  const length = { "content-length": body?.byteLength ?? 0 };
  const options = { hostname, port, method, path, auth: `${user}:${password}`, agent };
  return new Promise((resolve, reject) => {
    const request = http.request({ ...options, headers: { ...length, ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.once("error", reject);
      answer.once("end", () => resolve(toResponse(answer, Buffer.concat(parts))));
    });
    request.once("error", reject);
    request.end(body);
  });
}

function toResponse({ statusCode = 0, headers }: http.IncomingMessage, body: Buffer): Response {
  const all = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const isEmpty = statusCode === 204 || statusCode === 304;
  return new Response(isEmpty ? null : new Uint8Array(body), { status: statusCode, headers: all });
}
