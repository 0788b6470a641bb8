// An access token in the address, as DTR's clients write it: what it opens, and that it is seen nowhere afterwards.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, word } from "../accounts/people.ts";
import { createBrowser } from "./browser.ts";

describeMatrix("an access token in the address", (kind) => {
  let berth: Target;
  let people: People;
  let token: string;
  let id: string;
  beforeAll(async () => {
    berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    people = createPeople(berth);
    for (const name of ["tom", "rita"]) await people.must("POST", "/enzi/v0/accounts", { name, password: word });
    await people.must("POST", "/api/v0/repositories/tom", { name: "app", visibility: "private" });
    const made = (await people.must("POST", "/api/v0/api_tokens?username=tom", {})).body;
    token = made.token as string;
    id = made.hashedToken as string;
  });
  afterAll(() => berth.close());
  beforeEach(() => people.must("POST", "/api/v0/meta/settings", { accessTokenInQuery: true }));

  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    berth.fetch(`${path}${path.includes("?") ? "&" : "?"}refresh_token=${token}`, { method, headers });

  it("opens what its account may see, and keeps the answer from caches and other pages", async () => {
    for (const path of ["/api/v0/repositories/tom/app", "/api/v0/api_tokens?pageSize=5", "/enzi/v0/accounts/tom"]) {
      const answer = await ask("GET", path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    }
    expect((await ask("GET", "/enzi/v0/accounts")).status).toBe(403);
    expect(await (await ask("GET", "/api/v0/session")).json()).toMatchObject({
      account: { name: "tom" },
      credential: "query",
      csrfToken: null,
    });
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("changes nothing: %s is refused, with a cookie, too", async (method) => {
    const browser = createBrowser(berth);
    await browser.logIn("tom", word);
    const path = `/api/v0/repositories/tom/app/teamAccess/x?refresh_token=${token}`;
    const known = method === "POST" || method === "PATCH" ? `/api/v0/api_tokens/${id}?refresh_token=${token}` : path;
    const asked = method === "POST" ? `/api/v0/api_tokens?refresh_token=${token}` : known;
    expect((await berth.fetch(asked, { method, body: "{}" })).status).toBe(401);
    expect((await browser.page(method, asked, {})).status).toBe(401);
  });

  it("counts after what the header says", async () => {
    const answer = await ask("GET", "/api/v0/session", { authorization: basic("rita") });
    expect(await answer.json()).toMatchObject({ account: { name: "rita" }, credential: "basic" });
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect((await ask("GET", "/api/v0/session", { authorization: basic("rita", "wrong") })).status).toBe(401);
  });

  it("is an access token, and nothing else that docker or a person has", async () => {
    const login = { headers: { authorization: basic("tom") } };
    const path = "/auth/token?service=x&offline_token=true&scope=repository:tom/app:pull";
    const issued = (await (await berth.fetch(path, login)).json()) as { token: string; refresh_token: string };
    for (const other of [issued.token, issued.refresh_token, word, `tom:${word}`, `${token}0`, token.slice(0, -1)]) {
      const answer = await berth.fetch(`/api/v0/session?refresh_token=${encodeURIComponent(other)}`);
      expect(answer.status).toBe(401);
    }
    expect((await berth.fetch("/api/v0/session?refresh_token=")).status).toBe(401);
  });

  it("opens nothing on /v2 and at the token endpoint", async () => {
    expect((await ask("GET", "/v2/tom/app/tags/list")).status).toBe(401);
    const issued = await ask("GET", "/auth/token?service=x&scope=repository:tom/app:pull");
    expect(await issued.json()).toMatchObject({ scope: "" });
  });

  it("opens nothing while the setting is off, nor when it rests", async () => {
    await people.must("POST", "/api/v0/meta/settings", { accessTokenInQuery: false });
    const off = await ask("GET", "/api/v0/session");
    expect([off.status, await off.text()]).toEqual([401, expect.stringContaining("switched off")]);
    await people.must("POST", "/api/v0/meta/settings", { accessTokenInQuery: true });
    await people.must("PATCH", `/api/v0/api_tokens/${id}`, { isActive: false });
    expect((await ask("GET", "/api/v0/session")).status).toBe(401);
    await people.must("PATCH", `/api/v0/api_tokens/${id}`, { isActive: true });
    expect((await ask("GET", "/api/v0/session")).status).toBe(200);
  });

  it("is in no record of a request and in no answer, whatever comes of it", async () => {
    const before = berth.records.length;
    const asked: [string, string][] = [
      ["GET", "/api/v0/repositories"],
      ["GET", "/api/v0/repositories?pageSize=wrong"],
      ["GET", "/api/v0/repositories/tom/app"],
      ["GET", "/api/v0/repositories/tom/none"],
      ["POST", "/api/v0/repositories/tom"],
      ["GET", "/api/v0/none"],
      ["PUT", "/api/v0/session"],
      ["GET", "/api/v0/index/dockersearch?q=app"],
      ["GET", "/enzi/v0/accounts/tom/organizations"],
      ["GET", "/enzi/v0/accounts/none"],
      ["GET", "/v1/search?q=app"],
      ["GET", "/v2/_catalog?n=1"],
      ["GET", "/v2/tom/app/manifests/none"],
      ["GET", "/auth/token?service=x"],
      ["POST", "/auth/token"],
      ["POST", "/login"],
      ["POST", "/logout"],
      ["GET", "/metrics"],
      ["GET", "/none"],
    ];
    for (const [method, path] of asked) {
      const answer = await ask(method, path);
      const seen = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
      expect([path, seen.includes(token.slice(6, 40))]).toEqual([path, false]);
    }
    const records = JSON.stringify(berth.records.slice(before));
    expect(records.includes(token.slice(6, 40))).toBe(false);
    if (kind !== "workerd") expect(berth.records.length - before).toBe(asked.length);
  });
});
