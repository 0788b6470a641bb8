// What a checkpoint says, and how it is signed and verified: a JWS (RFC 7515) whose key outlives the signing key.
import { CompactSign, compactVerify, importJWK } from "jose";
import type { CheckpointKeyRow, Span } from "#db/queries/audit/checkpoints.ts";
import { hexOf } from "#oci/digest.ts";
import { hmacOf, sameBytes, sha256Of } from "../access/oslo.ts";
import type { Needs } from "../context.ts";

const keyPurpose = "checkpoint-key";

/** A checkpoint as it is signed. */
export interface Checkpoint extends Omit<Span, "rowHashes"> {
  id: number;
  /** SHA-256, in hex, of the checkpoint before, signature and all; empty for the first. */
  previous: string;
  /** SHA-256, in hex, of the hashes of its events. */
  events: string;
  sealedAt: string;
}

export async function hashOf(bytes: Uint8Array): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())));
}

/** Of a signed checkpoint, for the next one, and for who keeps it elsewhere. */
export async function hashOfSigned(signed: string): Promise<string> {
  return hexOf(await sha256Of(signed));
}

/** Signs with the key that signs now. @returns also the key, to be kept beside it. */
export async function signCheckpoint(
  { keys }: Needs<"keys">,
  checkpoint: Checkpoint,
): Promise<{ signed: string; key: CheckpointKeyRow }> {
  const { kid, key } = await keys.signing();
  const publicJwk = (await keys.publicKeys()).find((jwk) => jwk.kid === kid);
  if (!publicJwk) throw new Error("the signing key is gone");
  const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(checkpoint)))
    .setProtectedHeader({ alg: "ES256", kid, typ: "berth-checkpoint+jws" })
    .sign(key);
  return { signed, key: { kid, publicJwk: { ...publicJwk }, mark: await markOf({ keys }, kid, publicJwk) } };
}

async function markOf({ keys }: Needs<"keys">, kid: string, { x, y }: { x?: unknown; y?: unknown }) {
  return hmacOf(await keys.derived(keyPurpose), [kid, String(x), String(y)]);
}

/** Verifies signatures with those keys that the installation's secret key vouches for. */
export function createVerifier({ keys }: Needs<"keys">, known: readonly CheckpointKeyRow[]) {
  const imported = new Map<string, ReturnType<typeof importJWK>>();
  const keyOf = async (kid: string) => {
    const row = known.find((key) => key.kid === kid);
    if (!row || !sameBytes(row.mark, await markOf({ keys }, kid, row.publicJwk))) return null;
    const ready = imported.get(kid) ?? importJWK(row.publicJwk, "ES256");
    imported.set(kid, ready);
    return ready;
  };
  /** What it says, or null where the signature is not this installation's. */
  return async (signed: string): Promise<Checkpoint | null> => {
    try {
      const { payload } = await compactVerify(
        signed,
        async ({ kid }) => {
          const key = await keyOf(kid ?? "");
          if (!key) throw new UnknownKeyError();
          return key;
        },
        { algorithms: ["ES256"] },
      );
      return JSON.parse(new TextDecoder().decode(payload)) as Checkpoint;
    } catch (error) {
      if (error instanceof UnknownKeyError || String((error as { code?: unknown }).code).startsWith("ERR_J"))
        return null;
      throw error;
    }
  };
}

class UnknownKeyError extends Error {}
