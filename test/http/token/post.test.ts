import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createRepository, type TokenAnswer } from "../access/registry.ts";
import { createPeople } from "../accounts/people.ts";

const right = "correct horse battery staple";

describeMatrix("POST /auth/token", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    await createRepository(berth, await berth.addUser("alice"), "alice/app", "private");
  });
  afterAll(() => berth.close());

  const post = (form: Record<string, string> | [string, string][], contentType = "application/x-www-form-urlencoded") =>
    berth.fetch("/auth/token", {
      method: "POST",
      body: new URLSearchParams(form).toString(),
      headers: { "content-type": contentType },
    });
  const passwordForm = {
    grant_type: "password",
    service: "x",
    client_id: "docker",
    username: "alice",
    password: right,
  };
  const scope = "repository:alice/app:pull,push";

  it.each(["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"])(
    "takes a password in a form of type %s",
    async (contentType) => {
      const answer = await post({ ...passwordForm, scope }, contentType);
      expect(answer.status).toBe(200);
      const body = (await answer.json()) as TokenAnswer;
      expect(body.scope).toBe(scope);
      expect(body.expires_in >= 60).toBe(true);
      expect(body.refresh_token).toBe(undefined);
      const used = await berth.fetch("/v2/alice/app/tags/list", {
        headers: { authorization: `Bearer ${body.access_token}` },
      });
      expect(used.status).toBe(200);
    },
  );

  it("gives a refresh token for access_type=offline, which gives further tokens and itself again", async () => {
    const first = (await (await post({ ...passwordForm, access_type: "offline" })).json()) as TokenAnswer;
    expect(typeof first.refresh_token).toBe("string");
    for (let time = 1; time <= 2; time++) {
      const form = { grant_type: "refresh_token", service: "x", client_id: "docker", scope };
      const answer = await post({ ...form, refresh_token: first.refresh_token as string });
      expect(answer.status).toBe(200);
      const next = (await answer.json()) as TokenAnswer;
      expect(next.scope).toBe(scope);
      expect(next.refresh_token).toBe(first.refresh_token);
    }
  });

  it("takes no refresh token again of who was deactivated in between; his access tokens rest", async () => {
    const people = createPeople(berth);
    await berth.addUser("carl");
    const { body } = await people.ask("carl", "POST", "/api/v0/api_tokens", {});
    const logIn = async (secret: string) => {
      const form = { ...passwordForm, username: "carl", password: secret, access_type: "offline" };
      const answer = await post(form);
      return [answer.status, ((await answer.json()) as TokenAnswer).refresh_token ?? ""] as const;
    };
    const kept = [(await logIn(right))[1], (await logIn(body.token as string))[1]];
    const statuses = () =>
      Promise.all(
        kept.map(async (refresh) => (await post({ grant_type: "refresh_token", refresh_token: refresh })).status),
      );
    expect(await statuses()).toEqual([200, 200]);
    for (const isActive of [false, true]) {
      await people.must("PATCH", "/enzi/v0/accounts/carl", { isActive });
      expect(await statuses()).toEqual([401, 401]);
      expect((await logIn(body.token as string))[0]).toBe(isActive ? 200 : 401);
    }
  });

  it("takes several scopes in one parameter and repeated parameters", async () => {
    const answer = await post([
      ...Object.entries(passwordForm),
      ["scope", "repository:alice/app:pull repository:alice/new:push"],
      ["scope", "registry:catalog:*"],
    ]);
    const { scope: granted } = (await answer.json()) as TokenAnswer;
    expect(granted).toBe("repository:alice/app:pull repository:alice/new:push registry:catalog:*");
  });

  const refused: [string, Record<string, string>, number, string][] = [
    ["a wrong password", { ...passwordForm, password: "wrong" }, 401, "invalid_grant"],
    ["an unknown user", { ...passwordForm, username: "nobody" }, 401, "invalid_grant"],
    ["a user with a zero byte", { ...passwordForm, username: "a\0b" }, 401, "invalid_grant"],
    ["a password form without a password", { grant_type: "password", username: "alice" }, 401, "invalid_grant"],
    ["an unknown refresh token", { grant_type: "refresh_token", refresh_token: "berth_r_x" }, 401, "invalid_grant"],
    ["no refresh token", { grant_type: "refresh_token" }, 401, "invalid_grant"],
    [
      "a very long refresh token",
      { grant_type: "refresh_token", refresh_token: "x".repeat(5000) },
      401,
      "invalid_grant",
    ],
    ["another grant type", { grant_type: "authorization_code", code: "x" }, 400, "unsupported_grant_type"],
    ["no grant type", {}, 400, "unsupported_grant_type"],
  ];
  it.each(refused)("refuses %s in OAuth2's form and docker's", async (_what, form, status, error) => {
    const answer = await post(form);
    expect(answer.status).toBe(status);
    const body = (await answer.json()) as { error: string; error_description: string; errors: unknown[] };
    expect(body.error).toBe(error);
    expect(body.error_description.length > 0).toBe(true);
    expect(body.errors.length).toBe(1);
  });

  it("survives a client id with a zero byte", async () => {
    const answer = await post({ ...passwordForm, client_id: "a\0b", access_type: "offline" });
    expect(answer.status).toBe(200);
  });
});
