// The second factor of people: how it is put in force, what the password opens then, and how it ends.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resetPassword } from "#core/access/first-admin.ts";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, word } from "../accounts/people.ts";
import { codeAt } from "./authenticator.ts";
import { type Browser, createBrowser } from "./browser.ts";

const accounts = "/enzi/v0/accounts";
const second = (name: string) => `/api/v0/accounts/${name}/secondFactor`;

/** A user with a second factor: its app, its codes, and the browser in which it was put in force. */
interface Guarded {
  name: string;
  browser: Browser;
  secret: string;
  /** The code with which it was put in force. */
  used: string;
  recoveryCodes: string[];
}

async function guard(berth: Target, people: People, name: string): Promise<Guarded> {
  await people.must("POST", accounts, { name, password: word });
  const browser = createBrowser(berth);
  await browser.logIn(name, word);
  const offered = await browser.page("POST", second(name), { password: word });
  const { secret } = (await offered.json()) as { secret: string };
  // Each is taken once. The one of the next step is taken now, too, and still when that step has begun meanwhile.
  const used = await codeAt(secret, berth.clock.now());
  const confirmed = await browser.page("POST", `${second(name)}/confirm`, { code: used });
  const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };
  return { name, browser, secret, used, recoveryCodes };
}

const codeOf = async (answer: Response) =>
  ((await answer.json()) as { errors: { code: string; message: string }[] }).errors[0]?.code;

describeMatrix("a second factor", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    people = createPeople(berth);
  });
  afterAll(() => berth.close());

  it("leaves the password nothing but /login, where a code goes with it, and tells so whoever knows the password", async () => {
    const { name, browser, secret } = await guard(berth, people, "tom");
    await people.must("POST", "/api/v0/repositories/tom", { name: "app", visibility: "private" });
    const { token } = (await people.must("POST", "/api/v0/api_tokens?username=tom", {})).body;
    const form = new URLSearchParams({ grant_type: "password", username: name, password: word, service: "x" });
    const asked: [string, RequestInit][] = [
      ["/v2/", { headers: { authorization: basic(name) } }],
      ["/v2/tom/app/tags/list", { headers: { authorization: basic(name) } }],
      ["/auth/token?service=x&offline_token=true", { headers: { authorization: basic(name) } }],
      ["/auth/token", { method: "POST", body: form }],
      ["/api/v0/repositories", { headers: { authorization: basic(name) } }],
      ["/enzi/v0/accounts/tom", { headers: { authorization: basic(name) } }],
      ["/v1/search?q=app", { headers: { authorization: basic(name) } }],
    ];
    for (const [path, init] of asked) {
      const answer = await berth.fetch(path, init);
      expect([path, answer.status, await answer.text()]).toEqual([path, 401, expect.stringContaining("access token")]);
    }
    const stranger = await berth.fetch("/v2/", { headers: { authorization: basic(name, "wrong") } });
    expect([stranger.status, (await stranger.text()).includes("second factor")]).toEqual([401, false]);
    for (const path of ["/v2/tom/app/tags/list", "/auth/token?service=x", "/api/v0/session"])
      expect((await berth.fetch(path, { headers: { authorization: basic(name, token as string) } })).status).not.toBe(
        401,
      );

    const other = createBrowser(berth);
    const alone = await other.logIn(name, word);
    expect([alone.status, await codeOf(alone)]).toEqual([401, "SECOND_FACTOR_REQUIRED"]);
    const wrong = await other.logIn(name, word, { code: "12345" });
    expect([wrong.status, await codeOf(wrong)]).toEqual([401, "SECOND_FACTOR_REQUIRED"]);
    // Who does not know the password does not learn that there is one, nor whether a code is right.
    const code = await codeAt(secret, berth.clock.now(), 1);
    expect(await codeOf(await other.logIn(name, "wrong", { code }))).toBe("NOT_AUTHENTICATED");
    expect(other.cookies.size).toBe(0);
    expect((await other.logIn(name, word, { code })).status).toBe(200);
    expect((await other.ask("GET", "/api/v0/session")).status).toBe(200);
    expect((await browser.ask("GET", "/api/v0/session")).status).toBe(200);
  });

  it("takes each code once, in whichever browser, and none from before it", async () => {
    const { name, secret, used } = await guard(berth, people, "rita");
    const present = await codeAt(secret, berth.clock.now(), 1);
    const status = async (code: string) => (await createBrowser(berth).logIn(name, word, { code })).status;
    expect(await status(used)).toBe(401);
    const both = await Promise.all([status(present), status(present)]);
    expect(both.sort()).toEqual([200, 401]);
    expect([await status(present), await status(used)]).toEqual([401, 401]);
  });

  it("has ten recovery codes, each good once, and new ones end the old", async () => {
    const { name, browser, secret, recoveryCodes } = await guard(berth, people, "stan");
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
    const [one, two, three] = recoveryCodes as [string, string, string];
    const status = async (code: string) => (await createBrowser(berth).logIn(name, word, { code })).status;
    expect([await status(one), await status(one)]).toEqual([200, 401]);
    expect(await status(two.toLowerCase().replaceAll("-", " "))).toBe(200);
    const look = async () => (await browser.page("GET", second(name))).json();
    expect(await look()).toMatchObject({ isOn: true, recoveryCodesLeft: 8 });
    const renew = (form: object) => browser.page("POST", `${second(name)}/recoveryCodes`, form);
    expect(await codeOf(await renew({ password: "wrong", code: three }))).toBe("PASSWORD_INCORRECT");
    expect(await codeOf(await renew({ password: word, code: one }))).toBe("SECOND_FACTOR_INCORRECT");
    const answer = await renew({ password: word, code: await codeAt(secret, berth.clock.now(), 1) });
    const fresh = ((await answer.json()) as { recoveryCodes: string[] }).recoveryCodes;
    expect(fresh.filter((code) => recoveryCodes.includes(code))).toEqual([]);
    expect([await status(three), await status(fresh[0] as string)]).toEqual([401, 200]);
    expect(await look()).toMatchObject({ isOn: true, recoveryCodesLeft: 9 });
  });

  it("counts once a code of it was shown, and what was had for the password alone ends then", async () => {
    await people.must("POST", accounts, { name: "lena", password: word });
    const [browser, other] = [createBrowser(berth), createBrowser(berth)];
    for (const one of [browser, other]) await one.logIn("lena", word);
    const { token } = (await people.must("POST", "/api/v0/api_tokens?username=lena", {})).body;
    const docker = async (password: string) => {
      const headers = { authorization: basic("lena", password) };
      return (await (await berth.fetch("/auth/token?service=x&offline_token=true", { headers })).json()) as {
        token: string;
        refresh_token: string;
      };
    };
    const [byPassword, byToken] = [await docker(word), await docker(token as string)];
    const usable = async ({ token: bearer, refresh_token }: typeof byPassword) => {
      const body = new URLSearchParams({ grant_type: "refresh_token", service: "x", refresh_token });
      return [
        (await berth.fetch("/auth/token", { method: "POST", body })).status,
        (await berth.fetch("/v2/", { headers: { authorization: `Bearer ${bearer}` } })).status,
      ];
    };
    const path = second("lena");
    expect(await codeOf(await browser.page("POST", path, { password: "wrong" }))).toBe("PASSWORD_INCORRECT");
    const offer = async () =>
      (await (await browser.page("POST", path, { password: word })).json()) as { secret: string; uri: string };
    const [first, offered] = [await offer(), await offer()];
    expect(offered.uri).toMatch(new RegExp(`^otpauth://totp/[^/]+:lena\\?secret=${offered.secret}&issuer=`));
    expect(offered.secret).toMatch(/^[A-Z2-7]{32}$/);
    // Nothing is asked for before it is confirmed, and by the last secret that was told.
    expect((await people.ask("lena", "GET", path)).body).toEqual({ isOn: false, since: null, recoveryCodesLeft: 0 });
    const confirm = (code: string) => browser.page("POST", `${path}/confirm`, { code });
    const code = async (of: { secret: string }) => codeAt(of.secret, berth.clock.now());
    expect(await codeOf(await confirm(await code(first)))).toBe("SECOND_FACTOR_INCORRECT");
    expect([await usable(byPassword), await usable(byToken)]).toEqual([
      [200, 200],
      [200, 200],
    ]);
    expect((await confirm(await code(offered))).status).toBe(200);
    expect(await codeOf(await confirm(await codeAt(offered.secret, berth.clock.now(), 1)))).toBe(
      "SECOND_FACTOR_EXISTS",
    );
    expect(await codeOf(await browser.page("POST", path, { password: word }))).toBe("SECOND_FACTOR_EXISTS");
    expect([await usable(byPassword), await usable(byToken)]).toEqual([
      [401, 401],
      [200, 200],
    ]);
    expect((await browser.ask("GET", "/api/v0/session")).status).toBe(200);
    expect((await other.ask("GET", "/api/v0/session")).status).toBe(401);
  });

  it("ends by the password and a code, or by an admin who has it not himself", async () => {
    const { name, browser, secret, recoveryCodes } = await guard(berth, people, "walt");
    const disable = (form: object) => browser.page("POST", `${second(name)}/disable`, form);
    const code = await codeAt(secret, berth.clock.now(), 1);
    expect(await codeOf(await disable({ password: "wrong", code }))).toBe("PASSWORD_INCORRECT");
    expect(await codeOf(await disable({ password: word, code: recoveryCodes[0]?.slice(1) }))).toBe(
      "SECOND_FACTOR_INCORRECT",
    );
    expect((await browser.page("DELETE", second(name))).status).toBe(403);
    expect((await disable({ password: word, code })).status).toBe(204);
    expect((await people.ask(name, "GET", second(name))).body).toEqual({
      isOn: false,
      since: null,
      recoveryCodesLeft: 0,
    });
    expect(await codeOf(await disable({ password: word, code }))).toBe("NO_SUCH_SECOND_FACTOR");
    // What was left of its codes opens nothing once there is another.
    expect(await codeOf(await createBrowser(berth).logIn(name, "wrong", { code: recoveryCodes[1] as string }))).toBe(
      "NOT_AUTHENTICATED",
    );

    const ada = await guard(berth, people, "ada");
    await people.must("POST", accounts, { name: "eve", password: word });
    const shown = async (who: string) => (await people.ask(who, "GET", `${accounts}/ada`)).body.otpEnabled;
    expect([await shown("admin"), await shown("eve")]).toEqual([true, undefined]);
    expect((await (await ada.browser.page("GET", `${accounts}/ada`)).json()) as object).toMatchObject({
      otpEnabled: true,
    });
    const listed = (await people.must("GET", `${accounts}?limit=100`)).body.accounts as Record<string, unknown>[];
    const inList = (name: string) => listed.find((one) => one.name === name)?.otpEnabled;
    expect([inList("ada"), inList("eve")]).toEqual([true, false]);
    await people.must("PATCH", `${accounts}/ada`, { isAdmin: true });
    expect((await ada.browser.page("DELETE", second("ada"))).status).toBe(403);
    await people.must("DELETE", second("ada"));
    expect(await shown("admin")).toBe(false);
    expect((await people.ask("ada", "GET", second("ada"))).body).toMatchObject({ isOn: false });
    expect((await people.ask("admin", "DELETE", second("ada"))).code).toBe("NO_SUCH_SECOND_FACTOR");
  });
});

describeMatrix(
  "codes",
  (kind) => {
    let berth: Target;
    let people: People;
    beforeAll(async () => {
      berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      people = createPeople(berth);
    });
    afterAll(() => berth.close());

    it("are taken a step early and a step late, and no further", async () => {
      const { name, secret } = await guard(berth, people, "tom");
      // To the middle of a step: none ends while it is tried.
      berth.clock.advance(600 + 10 - ((berth.clock.now().getTime() / 1000) % 30));
      const seen: number[] = [];
      for (const steps of [-2, 2, -1, 0, 1]) {
        const code = await codeAt(secret, berth.clock.now(), steps);
        seen.push((await createBrowser(berth).logIn(name, word, { code })).status);
      }
      expect(seen).toEqual([401, 401, 200, 200, 200]);
    });

    it("that are wrong cost a wait after five, which a right one does not shorten; many at once get no more tries", async () => {
      const { name, secret, recoveryCodes } = await guard(berth, people, "rita");
      const logIn = (code: string) => createBrowser(berth).logIn(name, word, { code });
      const guesses = await Promise.all(Array.from({ length: 12 }, () => logIn("000000")));
      const statuses = guesses.map(({ status }) => status).sort();
      expect(statuses).toEqual([401, 401, 401, 401, 401, ...Array(7).fill(429)]);
      for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
        const waiting = await logIn(await codeAt(secret, berth.clock.now()));
        const wait = Number(waiting.headers.get("retry-after"));
        expect([waiting.status, wait > seconds - 10 && wait <= seconds]).toEqual([429, true]);
        expect((await logIn(recoveryCodes[0] as string)).status).toBe(429);
        berth.clock.advance(seconds);
        expect((await logIn("000000")).status).toBe(401);
      }
      berth.clock.advance(900);
      expect((await logIn(await codeAt(secret, berth.clock.now()))).status).toBe(200);
      for (let times = 0; times < 5; times++) expect((await logIn("000000")).status).toBe(401);
      expect((await logIn("000000")).status).toBe(429);
    });

    it("and secrets lie in the database in no form that opens anything, and in no record of a request", async () => {
      const before = berth.records.length;
      const { secret, recoveryCodes } = await guard(berth, people, "stan");
      const code = await codeAt(secret, berth.clock.now(), 1);
      await createBrowser(berth).logIn("stan", word, { code });
      const bytes = (text: string) => `\\x${Buffer.from(text).toString("hex")}`;
      const bits = [...secret].map((one) =>
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0"),
      );
      const raw = (bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
      const needles = [secret, bytes(secret), Buffer.from(raw).toString("hex"), ...recoveryCodes, code].flatMap(
        (word) => [word, word.replaceAll("-", ""), Buffer.from(word.replaceAll("-", "")).toString("hex")],
      );
      const rows: string[] = [JSON.stringify(berth.records.slice(before))];
      for (const table of ["second_factor", "recovery_code", "session", "event", "account"])
        rows.push(JSON.stringify(await berth.ctx.db.execute(sql`select t::text from ${sql.identifier(table)} t`)));
      const all = rows.join("\n");
      expect(needles.filter((needle) => needle.length > 6 && all.includes(needle))).toEqual([]);
      // The six digits may stand in a number by chance, elsewhere than in events and records.
      expect([rows[0], rows[4]].filter((text) => text?.includes(`"${code}"`))).toEqual([]);
    });

    it("of an account that lost everything are no longer asked for once its password was reset on the host", async () => {
      const { name, browser } = await guard(berth, people, "walt");
      await resetPassword(berth.ctx, name, `${word}!`);
      expect((await browser.ask("GET", "/api/v0/session")).status).toBe(401);
      expect((await createBrowser(berth).logIn(name, `${word}!`)).status).toBe(200);
      const counts =
        await berth.ctx.db.execute(sql`select (select count(*) from second_factor f join account a on a.id = f.account_id
        where a.name = 'walt') as factors, (select count(*) from recovery_code r join account a on a.id = r.account_id where a.name = 'walt') as codes`);
      expect(counts).toEqual([{ factors: 0, codes: 0 }]);
    });
  },
  "time that the test moves",
);
