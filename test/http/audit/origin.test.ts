import { afterAll, beforeAll, expect, it } from "vitest";
import { bearer, pushBlob, pushImage } from "#test/http/access/registry.ts";
import { createPeople, type People, settle, word } from "#test/http/accounts/people.ts";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";

interface Event {
  type: string;
  actorName: string;
  credential?: string;
  address?: string;
  detail?: Record<string, unknown>;
  object: { id: string; type: string; name?: string };
}

describeMatrix("who, by what and from where", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  const newest = async (query: string) => {
    const { body } = await people.must("GET", `/api/v0/events?pageSize=1&${query}`);
    return (body as { events: Event[] }).events[0] as Event;
  };

  it("tells by which credential something was pushed, and never the secret", async () => {
    const made = await people.ask("walt", "POST", "/api/v0/api_tokens", { tokenLabel: "ci" });
    const { token, hashedToken } = made.body as { token: string; hashedToken: string };
    const name = `access token ${hashedToken.slice(0, 8)}`;
    const ways: [string, string][] = [
      [basic("walt", word), "password"],
      [basic("walt", token), name],
      [await bearer(berth, basic("walt", word), "repository:acme/app:pull,push"), "bearer"],
      [await bearer(berth, basic("walt", token), "repository:acme/app:pull,push"), `bearer by ${name}`],
    ];
    for (const [authorization, credential] of ways) {
      await pushBlob(berth, authorization, "acme/app", credential);
      expect(await newest("objectType=BLOB")).toMatchObject({
        actorName: "walt",
        credential,
        address: expect.any(String),
      });
      await pushImage(berth, authorization, "acme/app", "t", credential);
      expect(await newest("objectType=TAG")).toMatchObject({ actorName: "walt", credential });
    }
    const all = JSON.stringify((await people.must("GET", "/api/v0/events?pageSize=0")).body);
    for (const secret of [token, word, "$argon2"]) expect(all).not.toContain(secret);
  });

  it("tells what was before and what is now", async () => {
    const changes: [string, string, unknown, string, object][] = [
      ["PATCH", "/enzi/v0/accounts/tom", { fullName: "T" }, "ACCOUNT", { before: { fullName: "tom!" }, fullName: "T" }],
      [
        "PATCH",
        "/api/v0/repositories/acme/app",
        { visibility: "public", longDescription: "long" },
        "REPOSITORY",
        { before: { visibility: "private" }, visibility: "public", longDescription: "changed" },
      ],
      [
        "PUT",
        "/enzi/v0/accounts/acme/members/tom",
        { isAdmin: true },
        "MEMBER",
        { member: "tom", before: { isAdmin: false }, isAdmin: true },
      ],
      [
        "PUT",
        "/enzi/v0/accounts/acme/teams/crew/members/tom",
        { isAdmin: true },
        "TEAM",
        { member: "tom", before: { isAdmin: false }, isAdmin: true },
      ],
      [
        "PUT",
        "/api/v0/repositories/acme/app/teamAccess/readers",
        { accessLevel: "read-write" },
        "ACCESS",
        { team: "readers", before: { level: "read-only" }, level: "read-write" },
      ],
      [
        "POST",
        "/api/v0/meta/settings",
        { createNamespaceOnPush: false },
        "SETTINGS",
        { before: { createNamespaceOnPush: true }, createNamespaceOnPush: false },
      ],
    ];
    for (const [method, path, body, objectType, detail] of changes) {
      await people.must(method, path, body);
      const event = await newest(`objectType=${objectType}`);
      expect(event).toMatchObject({ type: "UPDATE", actorName: "admin", credential: "password", detail });
    }
  });

  it("tells the admins of a repository who was granted something on it, and not from where", async () => {
    const { body } = await people.ask("ada", "GET", "/api/v0/repositories/acme/app/events?objectType=ACCESS");
    const [event] = (body as { events: Event[] }).events;
    expect(event).toMatchObject({ type: "UPDATE", actorName: "admin" });
    expect(Object.keys(event as Event)).not.toContain("address");
    const { body: shown } = await people.ask("rita", "GET", "/api/v0/repositories/acme/app/events?objectType=ACCESS");
    expect(shown).toEqual({ events: [] });
  });

  it("keeps the name of who is gone", async () => {
    await people.must("POST", "/enzi/v0/accounts", { name: "brief", password: word });
    await people.ask("brief", "POST", "/api/v0/repositories/brief", { name: "r" });
    await people.must("DELETE", "/enzi/v0/accounts/brief");
    expect(await newest("objectType=REPOSITORY&eventType=CREATE")).toMatchObject({ actorName: "brief" });
  });
});

describeMatrix(
  "behind a trusted proxy",
  (kind) => {
    it("tells the client's address", async () => {
      await using closing = new AsyncDisposableStack();
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1", "::1"] });
      closing.defer(() => berth.close());
      const asked = async (forwarded: string) => {
        await berth.fetch("/api/v0/repositories/admin", {
          method: "POST",
          headers: { authorization: berth.admin, "content-type": "application/json", "x-forwarded-for": forwarded },
          body: JSON.stringify({ name: `from-${forwarded}` }),
        });
        const answer = await berth.fetch("/api/v0/events?pageSize=1", { headers: { authorization: berth.admin } });
        return ((await answer.json()) as { events: Event[] }).events[0]?.address;
      };
      expect(await asked("203.0.113.7")).toBe("203.0.113.7");
    });
  },
  "the application's memory",
);
