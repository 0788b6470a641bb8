// What is known of clients by their User-Agent. docs/edge-clients.md has the runs that show it.

/**
 * Clients made with oras-go: they take an upload's Location on another host for an attack and give up (GHSA-jxpm-75mh-9fp7),
 * whatever the size. So they are not led there, and what the way in refuses they cannot push.
 */
export function staysHere(agent: string | undefined): boolean {
  return /^(oras|helm|notation)\b/i.test(agent ?? "");
}

/** regctl and others of regclient: what is refused in one request they send in chunks of 1 MiB, or as they are told. */
export function sendsChunks(agent: string | undefined): boolean {
  return /^regclient\b/i.test(agent ?? "");
}
