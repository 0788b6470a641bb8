// The server's settings and a user's, and what the server tells of itself.
import { afterAll, beforeAll, expect, it } from "vitest";
import { version } from "#core/version.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People } from "../accounts/people.ts";

const settings = "/api/v0/meta/settings";

describeMatrix("settings", (kind) => {
  let berth: Target;
  let people: People;
  const get = async (path: string) => (await people.must("GET", path)).body;
  const change = (body: unknown) => people.ask("admin", "POST", settings, body);
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await berth.addUser("tom");
  });
  afterAll(() => berth.close());

  it("have every field of DTR's, and a client may send back all that it was told", async () => {
    const all = await get(settings);
    expect(all).toMatchObject({ createRepositoryOnPush: true, createNamespaceOnPush: true, sso: false, logLevel: "" });
    expect(all).toMatchObject({ replicaSettings: {}, jobHistoryToKeep: 0, disableUpgrades: true });
    expect(all.dtrHost).toMatch(/^[a-z0-9.:[\]]+$/);
    expect(all.replicaID).toMatch(/^[0-9a-f]{12}$/);
    expect(Object.keys(all).length).toBe(40);
    const { status, headers, body } = await change(all);
    expect([status, headers.get("warning")]).toEqual([202, null]);
    expect(body).toEqual(all);
  });

  it("change where they have an effect, one alone too", async () => {
    expect((await change({ createRepositoryOnPush: false, sso: false })).status).toBe(202);
    expect(await get(settings)).toMatchObject({ createRepositoryOnPush: false, createNamespaceOnPush: true });
    expect((await change({ createRepositoryOnPush: true })).body.createRepositoryOnPush).toBe(true);
  });

  it.each([
    ["sso", true],
    ["dtrHost", "other.example.com"],
    ["logLevel", "debug"],
    ["jobHistoryToKeep", 5],
    ["webTLSKey", "secret"],
    ["gcMode", "online"],
    ["sso", "no flag"],
  ])("refuse another value of %s, which has no effect, and change nothing", async (name, value) => {
    const { status, code, body } = await change({ createRepositoryOnPush: false, [name]: value });
    expect([status, code]).toEqual([400, "INVALID_SETTINGS"]);
    const told = JSON.stringify(body);
    expect(told).toContain(name);
    expect(told).not.toContain("secret");
    expect((await get(settings)).createRepositoryOnPush).toBe(true);
  });

  it("name in a Warning what nobody knows, and take what is of other versions as it is", async () => {
    const { status, headers } = await change({ gcMode: "", createRepositoryOnPush: true, 'x"\u00e9\n': 1, colour: 2 });
    expect(status).toBe(202);
    expect(headers.get("warning")).toBe('299 - "unknown fields are ignored: x???, colour"');
  });

  it("of a user are his own, and name no cache that is not there", async () => {
    const path = "/api/v0/accounts/tom/settings";
    expect((await people.ask("tom", "GET", path)).body).toEqual({ ContentCacheUUID: "" });
    expect((await people.ask("tom", "PATCH", path, { contentCacheUUID: "" })).status).toBe(200);
    const wrong = await people.ask("tom", "PATCH", path, { contentCacheUUID: "5b0c3c2e" });
    expect([wrong.status, wrong.code]).toEqual([400, "INVALID_USER_SETTINGS"]);
    expect((await people.ask("tom", "PATCH", path, { contentCacheUUID: 7 })).code).toBe("INVALID_USER_SETTINGS");
    expect((await people.ask("tom", "GET", "/api/v0/accounts/nobody/settings")).code).toBe("NO_SUCH_USER");
    expect((await people.ask("tom", "GET", "/api/v0/accounts/language")).body).toEqual({ language: "en" });
  });

  it("come with what the server is: its version, its features, how it is", async () => {
    expect(await get("/api/v0/admin/version")).toEqual({ version });
    expect(await get("/api/v0/meta/features")).toMatchObject({ onlineGCEnabled: true, scanningEnabled: false });
    const { replicaID } = (await get(settings)) as { replicaID: string };
    expect(await get("/api/v0/meta/cluster_status")).toMatchObject({
      replica_health: { [replicaID]: "OK" },
      replica_readonly: { [replicaID]: false },
    });
  });
});
