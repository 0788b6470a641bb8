// Which passwords may be set, and that an old hash is renewed where its password is shown.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, word } from "../accounts/people.ts";

const accounts = "/enzi/v0/accounts";

describeMatrix("a new password", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await people.must("POST", accounts, { name: "tom", password: word });
  });
  afterAll(() => berth.close());

  it.each(["password", "Password", "iloveyou", "QWERTYUIOP", "1q2w3e4r5t6y", "football"])(
    "%s is one that everybody tries first",
    async (password) => {
      const made = await people.ask("admin", "POST", accounts, { name: "nina", password });
      const set = await people.ask("admin", "POST", `${accounts}/tom/changePassword`, { newPassword: password });
      expect([made.code, set.code]).toEqual(["INVALID_PASSWORD", "INVALID_PASSWORD"]);
    },
  );

  it("is as long as the setting says, from the next one on", async () => {
    const settings = "/api/v0/meta/settings";
    const set = (newPassword: string) => people.ask("admin", "POST", `${accounts}/tom/changePassword`, { newPassword });
    expect((await people.must("GET", settings)).body).toMatchObject({ passwordMinLength: 8 });
    expect([(await set("zx81-ql")).code, (await set("zx81-ql!")).status]).toEqual(["INVALID_PASSWORD", 200]);
    for (const passwordMinLength of [7, 129, 8.5, "8", null])
      expect((await people.ask("admin", "POST", settings, { passwordMinLength })).code).toBe("INVALID_SETTINGS");
    await people.must("POST", settings, { passwordMinLength: 20 });
    expect([(await set("nineteen characters")).code, (await set("twenty characters ok")).status]).toEqual([
      "INVALID_PASSWORD",
      200,
    ]);
    await people.must("POST", settings, { passwordMinLength: 8 });
  });
});

describeMatrix(
  "a hash of less cost",
  (kind) => {
    it("is made again when its password is shown, and only then", async () => {
      const berth = await startTarget(kind, { realPasswords: true });
      const bob = await berth.addUser("bob");
      // argon2id with one pass over 8 MiB, of the password that everybody has here.
      const weak = "$argon2id$v=19$m=8192,t=1,p=1$YmVydGhiZXJ0aGJlcnRoYg$kQ0T+LjI1mE34oz2ndTtiIHdG5+vNdGPh6anL2G8nZk";
      await berth.ctx.db.execute(sql`update account set password_hash = ${weak} where name = 'bob'`);
      const hash = async () =>
        (await berth.ctx.db.execute(sql`select password_hash from account where name = 'bob'`))[0]?.password_hash;
      const ping = async (authorization: string) => (await berth.fetch("/v2/", { headers: { authorization } })).status;
      expect([await ping(`Basic ${btoa("bob:wrong")}`), await hash()]).toEqual([401, weak]);
      expect(await ping(bob)).toBe(200);
      const renewed = await hash();
      expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect([await ping(bob), await hash()]).toEqual([200, renewed]);
      await berth.close();
    });
  },
  "the application's memory",
);
