// Sessions: how one begins, what it may, and what it needs to change something.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, word } from "../accounts/people.ts";
import { createBrowser, logInAs, present } from "./browser.ts";

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

  const loggedIn = (name = "tom") => logInAs(berth, name);

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
