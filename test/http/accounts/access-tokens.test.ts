import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { type Answer, createPeople, type People, settle, word } from "./people.ts";

const path = "/api/v0/api_tokens";

describeMatrix("access tokens", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  const make = async (who: string, form: object = {}, query = "") => {
    const answer = await people.ask(who, "POST", `${path}${query}`, form);
    expect(answer.status).toBe(200);
    return answer.body as { token: string; hashedToken: string } & Record<string, unknown>;
  };
  const statusWith = async (authorization: string, at = "/api/v0/repositories/acme/app") =>
    (await berth.fetch(at, { headers: { authorization } })).status;
  const labels = ({ body }: Answer) =>
    (body as unknown as { tokenLabel: string }[]).map(({ tokenLabel }) => tokenLabel);

  it("is shown once, and works where a password does, and as Bearer", async () => {
    const made = await make("rita", { tokenLabel: "ci" });
    expect(made).toMatchObject({ tokenLabel: "ci", isActive: true, generatedBy: "manual", expiresAt: null });
    expect(made.token).toMatch(/^berth_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/);
    const { token, ...shown } = made;
    expect(await statusWith(basic("rita", token))).toBe(200);
    expect(await statusWith(`Bearer ${token}`)).toBe(200);
    const { body } = await people.ask("rita", "GET", `${path}/${made.hashedToken}`);
    expect(body).toEqual({ ...shown, lastUsed: body.lastUsed });
    expect(new Date(body.lastUsed as string).getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(JSON.stringify(berth.records)).not.toContain(token);
  });

  it("is one account's alone, and no wrong one is", async () => {
    const { token } = await make("rita");
    expect(await statusWith(basic("walt", token))).toBe(401);
    expect(await statusWith(`Bearer ${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`)).toBe(401);
    expect(await statusWith(basic("rita", `${token}x`))).toBe(401);
  });

  it("does what its account may, and no more when that is taken away", async () => {
    const { token } = await make("tom");
    expect(await statusWith(basic("tom", token))).toBe(404);
    await people.must("PUT", "/api/v0/repositories/acme/app/teamAccess/crew", { accessLevel: "read-only" });
    expect(await statusWith(basic("tom", token))).toBe(200);
    await people.must("DELETE", "/api/v0/repositories/acme/app/teamAccess/crew");
    expect(await statusWith(basic("tom", token))).toBe(404);
  });

  describe("with what docker got for it", () => {
    /** A Bearer token and a refresh token, for an access token in place of a password. */
    const logIn = async (token: string) => {
      const url = "/auth/token?service=x&scope=repository:acme/app:pull&offline_token=true&client_id=docker";
      const answer = await berth.fetch(url, { headers: { authorization: basic("rita", token) } });
      const { token: bearer, refresh_token } = (await answer.json()) as { token: string; refresh_token: string };
      const refresh = async () => {
        const scope = "repository:acme/app:pull";
        const form = { grant_type: "refresh_token", service: "x", client_id: "docker", refresh_token, scope };
        const body = new URLSearchParams(form);
        const refreshed = await berth.fetch("/auth/token", { method: "POST", body });
        const { access_token } = (await refreshed.json()) as { access_token?: string };
        return access_token && statusWith(`Bearer ${access_token}`, "/v2/acme/app/tags/list");
      };
      return async () => [await statusWith(`Bearer ${bearer}`, "/v2/acme/app/tags/list"), (await refresh()) ?? 401];
    };

    it("rests while it rests, and ends with it", async () => {
      const { token, hashedToken } = await make("rita");
      const use = await logIn(token);
      expect(await use()).toEqual([200, 200]);
      await people.ask("rita", "PATCH", `${path}/${hashedToken}`, { isActive: false });
      expect([await use(), await statusWith(basic("rita", token))]).toEqual([[401, 401], 401]);
      await people.ask("rita", "PATCH", `${path}/${hashedToken}`, { isActive: true });
      expect(await use()).toEqual([200, 200]);
      expect((await people.ask("rita", "DELETE", `${path}/${hashedToken}`)).status).toBe(200);
      expect([await use(), await statusWith(`Bearer ${token}`)]).toEqual([[401, 401], 401]);
    });
  });

  it("belongs to its maker and to system admins: for others it is not there", async () => {
    const { hashedToken } = await make("rita", { tokenLabel: "hers" });
    for (const [method, form] of [["GET"], ["PATCH", { isActive: false }], ["DELETE"]] as [string, object?][]) {
      const answer = await people.ask("olga", method, `${path}/${hashedToken}`, form);
      expect([answer.status, answer.code]).toEqual([404, "NO_SUCH_API_TOKEN"]);
    }
    expect((await people.ask("olga", "GET", `${path}?username=rita`)).code).toBe("NOT_AUTHORIZED");
    expect((await people.ask("olga", "POST", `${path}?username=rita`, {})).code).toBe("NOT_AUTHORIZED");
    expect((await people.ask("olga", "DELETE", `${path}?username=rita`)).code).toBe("NOT_AUTHORIZED");
    expect((await people.must("GET", `${path}/${hashedToken}`)).body).toMatchObject({ tokenLabel: "hers" });
    const made = await make("admin", { tokenLabel: "for stan" }, "?username=stan");
    expect(await statusWith(basic("stan", made.token), "/enzi/v0/accounts/stan")).toBe(200);
    expect((await people.ask("admin", "GET", `${path}?username=nobody`)).code).toBe("NO_SUCH_USER");
  });

  it("is listed in pages, newest first: one's own, or for a system admin everybody's", async () => {
    for (const tokenLabel of ["a", "b", "c"]) await make("walt", { tokenLabel });
    const first = await people.ask("walt", "GET", `${path}?pageSize=2`);
    expect(labels(first)).toEqual(["c", "b"]);
    const start = first.headers.get("x-next-page-start");
    const second = await people.ask("walt", "GET", `${path}?pageSize=2&pageStart=${start}`);
    expect([labels(second), second.headers.get("x-next-page-start") ?? ""]).toEqual([["a"], ""]);
    expect(labels(await people.must("GET", `${path}?username=walt`))).toEqual(["c", "b", "a"]);
    expect(labels(await people.must("GET", `${path}?pageSize=0`))).toEqual(expect.arrayContaining(["a", "for stan"]));
  });

  it("are ended together, by how they were made and when they were used", async () => {
    await make("ada", { tokenLabel: "old" });
    const before = encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString());
    const end = async (query: string) => (await people.ask("ada", "DELETE", `${path}?${query}`)).body.deleted;
    expect(await end("generatedby=auto")).toBe(0);
    expect(await end(`generatedby=manual&usedbefore=${before}`)).toBe(0);
    expect((await people.ask("ada", "DELETE", `${path}?usedbefore=yesterday`)).code).toBe("INVALID_PARAMETERS");
    expect(await end("generatedby=manual")).toBe(1);
    expect(labels(await people.ask("ada", "GET", path))).toEqual([]);
  });

  it("may have an end, which is not over yet", async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    expect(await make("rita", { expiresAt: soon })).toMatchObject({ expiresAt: soon });
    const over = await people.ask("rita", "POST", path, { expiresAt: "2020-01-01T00:00:00Z" });
    expect([over.code, (await people.ask("rita", "POST", path, { expiresAt: "soon" })).code]).toEqual([
      "INVALID_PARAMETERS",
      "INVALID_PARAMETERS",
    ]);
  });

  it("outlives a change of the password, which is not what it stands for, and not its account", async () => {
    await people.must("POST", "/enzi/v0/accounts", { name: "tess", password: word });
    const { token } = await make("tess");
    await people.must("POST", "/enzi/v0/accounts/tess/changePassword", { newPassword: `${word}2` });
    expect(await statusWith(basic("tess", token), "/enzi/v0/accounts/tess")).toBe(200);
    await people.must("PATCH", "/enzi/v0/accounts/tess", { isActive: false });
    expect(await statusWith(basic("tess", token), "/enzi/v0/accounts/tess")).toBe(401);
    await people.must("DELETE", "/enzi/v0/accounts/tess");
    expect(await statusWith(`Bearer ${token}`, "/enzi/v0/accounts/tom")).toBe(401);
  });
});
