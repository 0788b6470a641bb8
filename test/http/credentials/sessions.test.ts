// Sessions: how one begins, what it may, and what it needs to change something.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, word } from "../accounts/people.ts";
import { createBrowser } from "./browser.ts";

const accounts = "/enzi/v0/accounts";

describeMatrix("a session", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    people = createPeople(berth);
    for (const name of ["tom", "rita"]) await people.must("POST", accounts, { name, password: word });
  });
  afterAll(() => berth.close());

  const loggedIn = async (name = "tom") => {
    const browser = createBrowser(berth);
    expect((await browser.logIn(name, word)).status).toBe(200);
    return browser;
  };
  const present = async (browser: ReturnType<typeof createBrowser>) =>
    (await browser.ask("GET", "/api/v0/session")).status;

  describe("begins", () => {
    it("with a form, and with JSON whatever its type says", async () => {
      const browser = createBrowser(berth);
      const form = await browser.logIn("tom", word);
      expect([form.status, form.headers.get("cache-control")]).toEqual([200, "no-store"]);
      const said = (await form.json()) as Record<string, string>;
      expect(said).toMatchObject({ username: "tom", csrfToken: browser.cookies.get("berth-local-csrf") });
      const body = JSON.stringify({ username: "rita", password: word });
      for (const type of ["application/json", "application/x-www-form-urlencoded"]) {
        const other = createBrowser(berth);
        expect((await other.ask("POST", "/login", { body, headers: { "content-type": type } })).status).toBe(200);
        const session = (await (await other.ask("GET", "/api/v0/session")).json()) as Record<string, unknown>;
        expect(session).toMatchObject({ account: { name: "rita" }, credential: "cookie" });
        expect(session.csrfToken).toBe(other.cookies.get("berth-local-csrf") as string);
      }
    });

    it("with cookies that only this site gets, and of which scripts read the one that they need", async () => {
      const browser = await loggedIn();
      const attributes = ["berth-local", "berth-local-csrf"].map((name) =>
        (browser.attributes.get(name) ?? "").split("; ").slice(1).sort(),
      );
      expect(attributes).toEqual([
        ["HttpOnly", "Path=/", "SameSite=Strict"],
        ["Path=/", "SameSite=Strict"],
      ]);
    });

    it("afresh at each login, and what the client had before ends", async () => {
      const browser = await loggedIn();
      const before = browser.cookies.get("berth-local") as string;
      await browser.logIn("tom", word);
      const fixed = createBrowser(berth);
      expect(browser.cookies.get("berth-local") === before).toBe(false);
      fixed.cookies.set("berth-local", before);
      expect([await present(browser), await present(fixed)]).toEqual([200, 401]);
      // Nobody chooses what his session is called.
      fixed.cookies.set("berth-local", "A".repeat(43));
      await fixed.logIn("tom", word);
      expect(fixed.cookies.get("berth-local") === "A".repeat(43)).toBe(false);
    });

    it("with a password alone, and the answer does not tell what was wrong", async () => {
      await people.must("POST", accounts, { name: "gone", password: word, isActive: false });
      await people.must("POST", accounts, { name: "acme", isOrg: true });
      const { token } = (await people.must("POST", "/api/v0/api_tokens?username=tom", {})).body;
      const seen: string[] = [];
      for (const [name, password] of [
        ["tom", "wrong"],
        ["tom", token as string],
        ["gone", word],
        ["acme", word],
        ["nobody", word],
        ["", ""],
      ] as const) {
        const browser = createBrowser(berth);
        const answer = await browser.logIn(name, password);
        expect(browser.cookies.size).toBe(0);
        seen.push(JSON.stringify([answer.status, await answer.text()]));
      }
      expect(new Set(seen).size).toBe(1);
      expect(seen[0]).toMatch(/^\[401,.*NOT_AUTHENTICATED/);
    });

    it("not from a page of another site", async () => {
      const from = async (headers: Record<string, string>) =>
        (
          await createBrowser(berth).ask("POST", "/login", {
            body: JSON.stringify({ username: "tom", password: word }),
            headers,
          })
        ).status;
      const local = kind === "workerd" ? {} : { origin: "http://localhost" };
      expect([
        await from({ origin: "https://evil.test" }),
        await from({ origin: "null" }),
        await from({ "sec-fetch-site": "cross-site" }),
        await from({ ...local, "sec-fetch-site": "same-origin" }),
      ]).toEqual([403, 403, 403, 200]);
    });

    it("not with a body that is no login", async () => {
      const ask = async (body: string) => (await createBrowser(berth).ask("POST", "/login", { body })).status;
      expect([await ask(""), await ask("username=tom"), await ask("{"), await ask(`{"username":7}`)]).toEqual([
        400, 400, 400, 400,
      ]);
      expect(await ask(`username=tom&password=${"x".repeat(70_000)}`)).toBe(400);
    });
  });

  describe("does", () => {
    it("what the account may, and changes only with its own X-Csrf-Token", async () => {
      const tom = await loggedIn();
      const rita = await loggedIn("rita");
      const make = (headers: Record<string, string>) =>
        tom.ask("POST", "/api/v0/repositories/tom", { body: `{"name":"app"}`, headers });
      const csrf = (browser: typeof tom) => browser.cookies.get("berth-local-csrf") as string;
      const refused = await make({});
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("X-Csrf-Token")]);
      for (const wrong of [
        "",
        "x",
        csrf(rita),
        csrf(tom).slice(0, -1),
        `${csrf(tom)}A`,
        tom.cookies.get("berth-local"),
      ])
        expect((await make({ "x-csrf-token": wrong as string })).status).toBe(403);
      expect((await make({ "x-csrf-token": csrf(tom) })).status).toBe(201);
      for (const method of ["PATCH", "DELETE", "PUT"])
        expect((await tom.ask(method, "/api/v0/repositories/tom/app", { body: "{}" })).status).toBe(
          method === "PUT" ? 405 : 403,
        );
      expect((await tom.page("DELETE", "/api/v0/repositories/tom/app")).status).toBe(204);
      expect((await tom.page("DELETE", `${accounts}/rita`)).status).toBe(403);
    });

    it("nothing where a request says itself who asks", async () => {
      const tom = await loggedIn();
      const answer = await tom.ask("GET", "/api/v0/session", { headers: { authorization: basic("rita") } });
      expect(await answer.json()).toMatchObject({ account: { name: "rita" }, credential: "basic", csrfToken: null });
      const write = await tom.ask("POST", "/api/v0/repositories/rita", {
        body: `{"name":"own"}`,
        headers: { authorization: basic("rita") },
      });
      expect(write.status).toBe(201);
      expect((await tom.ask("GET", "/api/v0/session", { headers: { authorization: basic("tom", "no") } })).status).toBe(
        401,
      );
    });

    it("nothing on /v2 and at the token endpoint", async () => {
      await people.must("POST", "/api/v0/repositories/tom", { name: "closed", visibility: "private" });
      const tom = await loggedIn();
      const headers = { "x-csrf-token": tom.cookies.get("berth-local-csrf") as string };
      for (const [method, path] of [
        ["GET", "/v2/"],
        ["GET", "/v2/_catalog"],
        ["GET", "/v2/tom/closed/tags/list"],
        ["POST", "/v2/tom/closed/blobs/uploads/"],
      ] as const)
        expect([path, (await tom.ask(method, path, { headers })).status]).toEqual([path, 401]);
      const path = "/auth/token?service=x&scope=repository:tom/closed:pull&offline_token=true";
      const issued = (await (await tom.ask("GET", path, { headers })).json()) as Record<string, unknown>;
      expect([issued.scope, issued.refresh_token]).toEqual(["", undefined]);
      const anonymous = { headers: { authorization: `Bearer ${issued.token}` } };
      expect((await berth.fetch("/v2/tom/closed/tags/list", anonymous)).status).toBe(401);
    });
  });
});

describeMatrix(
  "a login that fails",
  (kind) => {
    it("costs one password's check, whoever is named and whatever he has", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      const people = createPeople(berth);
      for (const name of ["tom", "gone"]) await people.must("POST", accounts, { name, password: word });
      await people.must("PATCH", `${accounts}/gone`, { isActive: false });
      await people.must("POST", accounts, { name: "acme", isOrg: true });
      const { token } = (await people.must("POST", "/api/v0/api_tokens?username=tom", {})).body;
      const tasks: string[] = [];
      const run = berth.ctx.compute.run.bind(berth.ctx.compute);
      berth.ctx.compute.run = (task, input) => {
        tasks.push(task);
        return run(task, input);
      };
      const tried = ["tom", "gone", "acme", "nobody", "NOT A NAME", ""].map((name) => [name, "wrong"] as const);
      for (const [name, password] of [...tried, ["gone", word] as const, ["tom", token as string] as const]) {
        tasks.length = 0;
        expect((await createBrowser(berth).logIn(name, password)).status).toBe(401);
        expect([name, ...tasks]).toEqual([name, "verifyPassword"]);
      }
      await berth.close();
    });
  },
  "the application's memory",
);
<<<<<<< HEAD
=======

describeMatrix(
  "where cookies travel",
  (kind) => {
    let berth: Target;
    beforeAll(async () => {
      berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      await berth.addUser("tom");
    });
    afterAll(() => berth.close());

    it("over https they have a name that no other host can set, and are secure", async () => {
      const browser = createBrowser(berth, encrypted);
      expect((await browser.logIn("tom", word)).status).toBe(200);
      expect([...browser.cookies.keys()].sort()).toEqual(["__Host-berth", "__Host-berth-csrf"]);
      expect((browser.attributes.get("__Host-berth") ?? "").split("; ").slice(1).sort()).toEqual([
        "HttpOnly",
        "Path=/",
        "SameSite=Strict",
        "Secure",
      ]);
      expect((await browser.page("GET", "/api/v0/session")).status).toBe(200);
      // The same word under another name, or over another way, is nobody's.
      const token = browser.cookies.get("__Host-berth") as string;
      for (const [origin, name] of [
        [encrypted, "berth-local"],
        [encrypted, "berth"],
        [here, "__Host-berth"],
        [{ ...encrypted, "x-forwarded-proto": "http" }, "__Host-berth"],
        [{ ...encrypted, "x-forwarded-proto": "http" }, "berth-local"],
      ] as const) {
        const other = createBrowser(berth, origin);
        other.cookies.set(name, token);
        expect([name, (await other.ask("GET", "/api/v0/session")).status]).toEqual([name, 401]);
      }
    });

    it.each(["berth.test", "192.0.2.7:5000", "localhost.evil.test", "127.0.0.1.evil.test", "[2001:db8::1]"])(
      "over plain http to %s nobody logs in, whatever the password",
      async (host) => {
        const browser = createBrowser(berth, { "x-forwarded-host": host, "x-forwarded-proto": "http" });
        for (const password of [word, "wrong"]) {
          const answer = await browser.logIn("tom", password);
          expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("https")]);
        }
        expect(browser.cookies.size).toBe(0);
      },
    );
  },
  "the application's memory",
);

describeMatrix(
  "a session that is left alone",
  (kind) => {
    it("ends after twelve hours, and one in use after seven days; what is over is cleared away", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      await berth.addUser("tom");
      const idle = createBrowser(berth);
      const busy = createBrowser(berth);
      await idle.logIn("tom", word);
      await busy.logIn("tom", word);
      const asked = async (browser: typeof idle) => (await browser.ask("GET", "/api/v0/session")).status;
      const seen: number[] = [];
      for (let hours = 0; hours < 180; hours += 11) {
        seen.push(await asked(busy));
        berth.clock.advance(11 * 3600);
      }
      // The sixteenth was after 165 hours, the next after 176.
      expect(seen).toEqual([...Array(16).fill(200), 401]);
      expect(await asked(idle)).toBe(401);
      await busy.logIn("tom", word);
      berth.clock.advance(12 * 3600 + 1);
      expect(await asked(busy)).toBe(401);
      const sweep = periodicTasks.find(({ name }) => name === "end-sessions");
      while (await sweep?.slice(berth.ctx));
      expect(await berth.ctx.db.execute(sql`select count(*) as count from session`)).toEqual([{ count: 0 }]);
      await berth.close();
    });

    it("lasts as long as the settings say, which have bounds", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      const people = createPeople(berth);
      await berth.addUser("tom");
      const change = (body: unknown) => people.ask("admin", "POST", "/api/v0/meta/settings", body);
      for (const [name, values] of Object.entries({
        sessionIdleMinutes: [4, 43_201, 5.5],
        sessionHours: [0, 2161, "3"],
      }))
        for (const value of values)
          expect([name, value, (await change({ [name]: value })).status]).toEqual([name, value, 400]);
      const asked = async (browser: ReturnType<typeof createBrowser>) =>
        (await browser.ask("GET", "/api/v0/session")).status;
      const before = createBrowser(berth);
      await before.logIn("tom", word);
      expect((await change({ sessionIdleMinutes: 90, sessionHours: 3 })).status).toBe(202);
      const busy = createBrowser(berth);
      const idle = createBrowser(berth);
      for (const browser of [busy, idle]) expect((await browser.logIn("tom", word)).status).toBe(200);
      berth.clock.advance(3600);
      expect([await asked(busy), await asked(before)]).toEqual([200, 200]);
      berth.clock.advance(3600);
      // How long it may rest holds for all; how long it may last, for those that were begun since.
      expect([await asked(busy), await asked(idle), await asked(before)]).toEqual([200, 401, 200]);
      berth.clock.advance(3601);
      expect([await asked(busy), await asked(before)]).toEqual([401, 200]);
      await berth.close();
    });

    it("is one of a hundred at most", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      await berth.addUser("tom");
      const first = createBrowser(berth);
      const last = createBrowser(berth);
      await first.logIn("tom", word);
      for (let at = 0; at < 99; at++) await createBrowser(berth).logIn("tom", word);
      const asked = async (browser: typeof first) => (await browser.ask("GET", "/api/v0/session")).status;
      expect(await asked(first)).toBe(200);
      await last.logIn("tom", word);
      expect([await asked(first), await asked(last)]).toEqual([401, 200]);
      await berth.close();
    });
  },
  "time that the test moves",
);
>>>>>>> quick
