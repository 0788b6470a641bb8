import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeyring } from "#core/access/keyring.ts";
import { seal, unseal } from "#core/access/seal.ts";
import { listSigningKeys } from "#db/queries/installation.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

const secretKey = new Uint8Array(32).fill(1);

describe("the keyring", () => {
  let database: TestDatabase;
  let now = new Date("2030-01-01T00:00:00Z");
  const clock = { now: () => now };
  const open = (key = secretKey) => createKeyring({ db: database.db, clock, secretKey: key });
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it("makes one key even when replicas start at once", async () => {
    const kids = await Promise.all([open(), open(), open()].map(async (keyring) => (await keyring.signing()).kid));
    expect(new Set(kids).size).toBe(1);
    expect((await listSigningKeys(database.db)).length).toBe(1);
  });

  it("keeps the private half encrypted", async () => {
    const [row] = await listSigningKeys(database.db);
    const text = Buffer.from((row as { privateSealed: Uint8Array }).privateSealed).toString("latin1");
    expect(text.includes("PRIVATE KEY")).toBe(false);
    expect(Object.keys((row as { publicJwk: object }).publicJwk).includes("d")).toBe(false);
  });

  it("does not open with another secret key, and says so in one line", async () => {
    const failed = await open(new Uint8Array(32).fill(2))
      .signing()
      .catch((error: unknown) => error);
    expect((failed as Error).name).toBe("SecretKeyError");
    expect((failed as Error).message).toMatch(/^the secret key .*BERTH_SECRET_KEY[^\n]*$/);
  });

  it("verifies with what another replica rotated to", async () => {
    const [here, there] = [open(), open()];
    await here.signing();
    now = new Date(now.getTime() + 31 * 86_400_000);
    expect(await there.rotate()).toBe(true);
    const { kid } = await there.signing();
    // A keyring looks again for an unknown id, once a second at most.
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect((await here.verifying(kid)) === null).toBe(false);
    expect(await here.verifying("unknown")).toBe(null);
  });

  it("rotates once when two replicas want to at once", async () => {
    now = new Date(now.getTime() + 31 * 86_400_000);
    const made = await Promise.all([open().rotate(), open().rotate(), open().rotate()]);
    expect(made.filter(Boolean).length).toBe(1);
    const active = (await listSigningKeys(database.db)).filter((key) => key.retiredAt === null);
    expect(active.length).toBe(1);
  });
});

describe("a seal", () => {
  const text = new TextEncoder().encode("the plain text");

  it("opens with its key and purpose only, and when nothing was changed", async () => {
    const sealed = await seal(secretKey, "this", text);
    expect(await unseal(secretKey, "this", sealed)).toEqual(text);
    expect(await unseal(secretKey, "that", sealed)).toBe(null);
    expect(await unseal(new Uint8Array(32), "this", sealed)).toBe(null);
    for (const at of [0, 12, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(await unseal(secretKey, "this", changed)).toBe(null);
    }
    expect(await unseal(secretKey, "this", new Uint8Array(3))).toBe(null);
  });

  it("never seals the same text to the same bytes", async () => {
    const [a, b] = [await seal(secretKey, "this", text), await seal(secretKey, "this", text)];
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false);
  });
});
