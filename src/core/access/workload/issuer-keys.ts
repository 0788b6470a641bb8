// The keys of outside issuers, found by OpenID Connect Discovery and remembered for a while.
import type { JSONWebKeySet } from "jose";
import { LRUCache } from "lru-cache";
import { registryError } from "#oci/error.ts";
import { EgressError } from "#ports/egress.ts";
import type { Needs } from "../../context.ts";

/** Keys that are younger are not asked for again, but once for a token that names an unknown one. */
const freshSeconds = 600;
/** Where the issuer does not answer, keys may be this old. */
const usableSeconds = 3600;
/** After a question this long passes before another. */
const pauseSeconds = 30;

interface Known {
  /** Null: the issuer could not be asked. */
  keys: JSONWebKeySet | null;
  readMs: number;
  askedMs: number;
}

export type IssuerMemory = LRUCache<string, Known>;

export function createIssuerMemory(): IssuerMemory {
  return new LRUCache({ max: 1000 });
}

type KeyNeeds = Needs<"egress" | "issuers" | "clock" | "report">;

/**
 * The issuer's keys. Only issuers that a trust rule names are asked.
 * @param lacking keys in which a token's was not: the issuer may have new ones.
 * @throws UNAVAILABLE when the issuer cannot be asked, or does not say what it must.
 */
export async function readIssuerKeys(ctx: KeyNeeds, issuer: string, lacking?: JSONWebKeySet): Promise<JSONWebKeySet> {
  const nowMs = ctx.clock.now().getTime();
  const known = ctx.issuers.get(issuer);
  const ageSeconds = known ? (nowMs - known.readMs) / 1000 : Number.POSITIVE_INFINITY;
  const isResting = known !== undefined && nowMs - known.askedMs < pauseSeconds * 1000;
  const isWanted = ageSeconds >= freshSeconds || known?.keys === lacking;
  if (known?.keys && (isResting || !isWanted)) return known.keys;
  if (isResting) throw unavailable(issuer);
  if (known) known.askedMs = nowMs;
  try {
    const keys = await askForKeys(ctx, issuer);
    ctx.issuers.set(issuer, { keys, readMs: nowMs, askedMs: nowMs });
    return keys;
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    ctx.report("warn", "the keys of an issuer could not be read", { issuer, problem: error.message });
    if (known?.keys && ageSeconds < usableSeconds) return known.keys;
    ctx.issuers.set(issuer, { keys: null, readMs: 0, askedMs: nowMs });
    throw unavailable(issuer);
  }
}

function unavailable(issuer: string) {
  return registryError("UNAVAILABLE", `the keys of ${issuer} cannot be read: try again`, undefined, {
    retryAfterSeconds: pauseSeconds,
  });
}

/** OpenID Connect Discovery 1.0, section 4. */
async function askForKeys({ egress }: Needs<"egress">, issuer: string): Promise<JSONWebKeySet> {
  const about = await egress.getJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const { issuer: named, jwks_uri: address } = about as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer || typeof address !== "string") throw new EgressError("it does not say that it is this issuer");
  const { keys } = (await egress.getJson(address)) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new EgressError("its keys are no list");
  return { keys };
}
