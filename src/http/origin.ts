// Where a request came from and under which address its client knows this server.
import type { Surroundings } from "./environment.ts";
import type { RequestHead } from "./head.ts";

/** An address, perhaps with a port. It goes into logs: other words of a client do not. */
const addressLike = /^[0-9a-f:.[\]%]{2,60}$/i;

/** The client's address, behind trusted proxies the one that the first trusted of them saw. */
export function clientAddress(head: RequestHead, around: Surroundings): string {
  const peer = head.connection.address;
  if (!peer) return "unknown";
  let address = peer;
  if (!around.isTrustedProxy(address)) return address;
  const forwarded = (head.header("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  while (around.isTrustedProxy(address) && forwarded.length > 0) {
    const next = forwarded.pop();
    if (!next || !addressLike.test(next)) break;
    address = next;
  }
  return address;
}

/** The server's address as the client knows it, without a slash at the end; a port that is not the default is kept. */
export function publicOrigin(head: RequestHead, around: Surroundings): string {
  if (around.publicUrl) return around.publicUrl;
  const { address, secure } = head.connection;
  const trusted = address !== null && around.isTrustedProxy(address);
  const first = (name: string) => (trusted ? head.header(name)?.split(",")[0]?.trim() : undefined);
  const proto = first("x-forwarded-proto");
  const scheme = proto === "http" || proto === "https" ? proto : secure ? "https" : "http";
  const host =
    cleanHost(first("x-forwarded-host")) ?? cleanHost(head.header("host")) ?? cleanHost(head.host) ?? "localhost";
  const port = first("x-forwarded-port");
  const usual = scheme === "https" ? "443" : "80";
  const hasPort = /:\d+$/.test(host);
  const withPort = !hasPort && port && /^\d{1,5}$/.test(port) && port !== usual ? `${host}:${port}` : host;
  return `${scheme}://${withPort}`;
}

/** A host header's value, if it is one: it goes into a challenge, so it must hold no quote, space or slash. */
function cleanHost(value: string | undefined): string | undefined {
  const host = value?.trim();
  return host && /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._-]+)(:\d{1,5})?$/.test(host) ? host : undefined;
}
