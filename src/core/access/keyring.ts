// The keys that sign access tokens: made on first use, encrypted at rest, rotated, and published as a JWKS.
import { exportJWK, exportPKCS8, generateKeyPair, importJWK, importPKCS8, type JWK } from "jose";
import { deleteRetiredKeys, listSigningKeys, rotateSigningKey } from "#db/queries/installation.ts";
import type { Database } from "#db/queries/rows.ts";
import type { Clock } from "#ports/clock.ts";
import { plusSeconds } from "../moment.ts";
import { randomWord } from "./oslo.ts";
import { seal, unseal } from "./seal.ts";

const purpose = "signing-key";
const rotateAfterSeconds = 30 * 86_400;
/** Longer than any token lives, so that a retired key verifies until its last token has ended. */
const keepRetiredSeconds = 2 * 86_400;
const reloadAfterMs = 1000;

type Key = Awaited<ReturnType<typeof importPKCS8>>;

/** Signing and verifying keys by id. */
export interface Keyring {
  /** The key that signs now. */
  signing(): Promise<{ kid: string; key: Key }>;
  /** The public key of an id, or null. An unknown id makes the keyring look again, once a second at most. */
  verifying(kid: string): Promise<Key | null>;
  publicKeys(): Promise<JWK[]>;
  /** Makes a new signing key when the present one is old, and forgets those retired long ago. */
  rotate(): Promise<boolean>;
}

/** The database's keys were encrypted with another secret key. */
class SecretKeyError extends Error {
  constructor() {
    super(
      "the secret key (BERTH_SECRET_KEY or the data folder's secret-key file) does not open the keys in this database",
    );
    this.name = "SecretKeyError";
  }
}

/** Keys that were loaded, which outlive a connection to the database. */
export interface KeyMemory {
  imported: Map<string, Key>;
  loaded: Loaded | null;
}

export function createKeyMemory(): KeyMemory {
  return { imported: new Map(), loaded: null };
}

interface Loaded {
  at: number;
  signing: { kid: string; key: Key } | null;
  publicJwks: Map<string, JWK>;
}

export function createKeyring(
  needs: { db: Database; clock: Clock; secretKey: Uint8Array },
  memory: KeyMemory = createKeyMemory(),
): Keyring {
  const { db, clock, secretKey } = needs;
  const { imported } = memory;

  async function load(): Promise<Loaded> {
    const keys = await listSigningKeys(db);
    const active = keys.find((key) => key.retiredAt === null);
    let signing: Loaded["signing"] = null;
    if (active) {
      const plain = await unseal(secretKey, `${purpose}:${active.kid}`, active.privateSealed);
      if (!plain) throw new SecretKeyError();
      signing = { kid: active.kid, key: await importPKCS8(new TextDecoder().decode(plain), "ES256") };
    }
    const loaded = {
      at: Date.now(),
      signing,
      publicJwks: new Map(keys.map((key) => [key.kid, { ...key.publicJwk, kid: key.kid }])),
    };
    memory.loaded = loaded;
    return loaded;
  }

  async function make(newerThan: Date): Promise<boolean> {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const kid = randomWord(9);
    const privateSealed = await seal(
      secretKey,
      `${purpose}:${kid}`,
      new TextEncoder().encode(await exportPKCS8(pair.privateKey)),
    );
    const publicJwk = { ...(await exportJWK(pair.publicKey)), alg: "ES256", use: "sig" };
    const made = await rotateSigningKey(db, { kid, publicJwk, privateSealed, now: clock.now(), newerThan });
    await load();
    return made;
  }

  async function signing() {
    const { loaded } = memory;
    const known = !loaded || Date.now() - loaded.at > 60_000 ? await load() : loaded;
    if (!known.signing) await make(new Date(0));
    if (!memory.loaded?.signing) throw new Error("no signing key could be made");
    return memory.loaded.signing;
  }

  return {
    signing,
    async verifying(kid) {
      const known = imported.get(kid);
      if (known) return known;
      let at = memory.loaded ?? (await load());
      if (!at.publicJwks.has(kid) && Date.now() - at.at > reloadAfterMs) at = await load();
      const jwk = at.publicJwks.get(kid);
      if (!jwk) return null;
      const key = (await importJWK(jwk, "ES256")) as Key;
      imported.set(kid, key);
      return key;
    },
    async publicKeys() {
      await signing();
      return [...(memory.loaded?.publicJwks.values() ?? [])];
    },
    async rotate() {
      await deleteRetiredKeys(db, plusSeconds(clock.now(), -keepRetiredSeconds));
      imported.clear();
      return make(plusSeconds(clock.now(), -rotateAfterSeconds));
    },
  };
}
