// The one door to servers elsewhere that somebody named to Berth.

/** What was asked elsewhere could not be had; the message says why, and holds nothing of what was answered. */
export class EgressError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EgressError";
  }
}

/**
 * Whoever implements it guarantees: https, but for loopback where that is allowed; no way to an address of a private network
 * that was not allowed, also not by a name that resolves to it, as far as the runtime can tell; no redirect is followed; no
 * credentials are sent; a bound on the time and on the size.
 */
export interface Egress {
  /** Why an address cannot be asked, as far as that can be told without asking; null: it can. */
  problem(url: string): string | null;
  /** A JSON object. @throws EgressError */
  getJson(url: string): Promise<object>;
}
