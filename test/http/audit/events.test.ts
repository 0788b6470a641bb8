import { afterAll, beforeAll, expect, it } from "vitest";
import { insertEvent } from "#db/queries/events.ts";
import { as, bearer, pushBlob, pushImage } from "#test/http/access/registry.ts";
import { createPeople, type People, settle, word } from "#test/http/accounts/people.ts";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";

interface Event {
  id: string;
  type: string;
  actor: string;
  actorName: string;
  actorType: string;
  publishedAt: string;
  repository: string;
  object: { id: string; type: string; name?: string; content?: string };
}

/** `CREATE TAG acme/app`. */
const brief = ({ type, object, repository }: Event) => `${type} ${object.type} ${repository}`.trim();

describeMatrix("events", (kind) => {
  let berth: Target;
  let people: People;
  let image: { manifest: string };
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    await people.must("POST", "/api/v0/repositories/tom", { name: "own", visibility: "private" });
    await people.must("POST", "/api/v0/repositories/acme", { name: "open", visibility: "public" });
    image = await pushImage(berth, basic("walt", word), "acme/app", "one", "the one");
    await people.must("PATCH", "/api/v0/repositories/acme/app", { shortDescription: "changed" });
    await pushBlob(berth, basic("tom", word), "tom/own", "tom's");
  });
  afterAll(() => berth.close());

  const list = async (who: string, query = "pageSize=0", path = "/api/v0/events") => {
    const { status, body, headers } = await people.ask(who, "GET", `${path}?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return { events: (body as { events: Event[] }).events, headers };
  };
  const briefs = async (who: string, query?: string) => [...new Set((await list(who, query)).events.map(brief))].sort();
  const ofApp = ["CREATE BLOB acme/app", "CREATE REPOSITORY acme/app", "CREATE TAG acme/app"];
  const ofItsAdmins = ["UPDATE ACCESS acme/app", "UPDATE REPOSITORY acme/app"];
  const ofOpen = ["CREATE REPOSITORY acme/open"];
  const ofOwn = ["CREATE BLOB tom/own", "CREATE REPOSITORY tom/own"];

  it.each([
    ["stan", ofOpen],
    ["tom", [...ofOpen, ...ofOwn]],
    ["rita", [...ofApp, ...ofOpen]],
    ["walt", [...ofApp, ...ofOpen]],
    ["ada", [...ofApp, ...ofOpen, ...ofItsAdmins]],
    ["olga", [...ofApp, ...ofOpen, ...ofItsAdmins]],
  ])("shows %s exactly %j", async (who, expected) => {
    expect(await briefs(who)).toEqual([...expected].sort());
  });

  it("shows system admins everything, accounts and access too", async () => {
    const all = await briefs("admin");
    for (const seen of [...ofApp, ...ofOwn, "CREATE ACCOUNT", "UPDATE MEMBER", "CREATE TEAM"])
      expect(all).toContain(seen);
  });

  it("shows nothing to nobody, and what is public by a token for something else", async () => {
    expect((await people.ask(null, "GET", "/api/v0/events")).code).toBe("NOT_AUTHENTICATED");
    expect((await people.ask(null, "GET", "/api/v0/repositories/acme/open/events")).code).toBe("NOT_AUTHENTICATED");
    for (const who of [basic("ada", word), berth.admin]) {
      const token = await bearer(berth, who, "repository:tom/own:pull");
      const answer = await berth.fetch("/api/v0/events?pageSize=0", as(token));
      expect(((await answer.json()) as { events: Event[] }).events.map(brief)).toEqual(ofOpen);
    }
  });

  it("tells who did what to what", async () => {
    const { events } = await list("walt", "objectType=tag");
    const { body } = await people.ask("admin", "GET", "/enzi/v0/accounts/walt");
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        publishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        actor: body.id,
        actorName: "walt",
        actorType: "USER",
        type: "CREATE",
        object: { id: "acme/app:one", type: "TAG", name: "one", content: image.manifest },
        repository: "acme/app",
      },
    ]);
  });

  it("tells people, service accounts and the server itself apart", async () => {
    await people.must("PUT", "/api/v0/accounts/acme/serviceAccounts/ci/repositoryAccess/app", { accessLevel: "admin" });
    const { body } = await people.must("POST", "/api/v0/accounts/acme/serviceAccounts/ci/secrets", {});
    await pushBlob(berth, basic("acme+ci", body.token as string), "acme/app", "a machine's");
    await insertEvent(berth.ctx.db, {
      at: new Date(),
      type: "blob.heal",
      actorId: null,
      repositoryId: null,
      object: "x",
    });
    const { events } = await list("admin");
    const typeOf = (name: string) => new Set(events.filter((e) => e.actorName === name).map((e) => e.actorType));
    expect([typeOf("walt"), typeOf("acme+ci")]).toEqual([new Set(["USER"]), new Set(["SERVICE"])]);
    expect(events.find(({ object }) => object.id === "x")?.actorType).toBe("SYSTEM");
  });

  it("pages from the newest on, in both styles, and counts", async () => {
    const all = (await list("ada")).events.map(({ id }) => id);
    expect(all).toEqual([...all].sort((a, b) => Number(b) - Number(a)));
    for (const [start, size] of [
      ["pageStart", "pageSize"],
      ["start", "limit"],
    ]) {
      const paged: string[] = [];
      let next = "";
      do {
        const { events, headers } = await list("ada", `${size}=2&count=true&${start}=${next}`);
        expect(events.length).toBeLessThanOrEqual(2);
        expect(headers.get("x-resource-count")).toBe(String(all.length));
        paged.push(...events.map(({ id }) => id));
        next = headers.get("x-next-page-start") ?? "";
      } while (next !== "");
      expect(paged).toEqual(all);
    }
  });

  it("filters by kind, by object, by actor and by time", async () => {
    expect(await briefs("admin", "eventType=CREATE&objectType=REPOSITORY&pageSize=0")).toEqual(
      [ofApp[1], ofOpen[0], ofOwn[1]].sort(),
    );
    expect(await briefs("ada", "eventType=UPDATE")).toEqual(ofItsAdmins);
    expect(await briefs("ada", "objectType=WEBHOOK")).toEqual([]);
    const { body } = await people.ask("admin", "GET", "/enzi/v0/accounts/tom");
    expect(await briefs("admin", `objectType=BLOB&actorId=${body.id}`)).toEqual(["CREATE BLOB tom/own"]);
    const [newest, ...older] = (await list("ada")).events as [Event, ...Event[]];
    const before = await list("ada", `pageSize=0&publishedBefore=${newest.publishedAt}`);
    expect(before.events).toEqual(older.filter(({ publishedAt }) => publishedAt < newest.publishedAt));
    expect(await briefs("ada", "publishedAfter=2100-01-01T00:00:00%2B01:00")).toEqual([]);
  });

  it("gives system admins everything as lines of JSON, page after page", async () => {
    const ask = async (query: string) => {
      const answer = await berth.fetch(`/api/v0/events/export?${query}`, as(berth.admin));
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
      const text = await answer.text();
      const lines = text.split("\n").slice(0, -1);
      return { lines: lines.map((line) => JSON.parse(line)), next: answer.headers.get("x-next-page-start") ?? "" };
    };
    // Another test's transaction on the same server keeps the newest back for a moment.
    const whole = await ask("pageSize=0");
    const paged: { position: string }[] = [];
    for (let next = ""; paged.length < whole.lines.length; ) {
      const page = await ask(`pageSize=7&pageStart=${next}`);
      expect(page.lines.length).toBeGreaterThan(0);
      paged.push(...page.lines);
      next = page.next;
    }
    expect(paged.slice(0, whole.lines.length)).toEqual(whole.lines);
    expect(whole.lines[0]).toMatchObject({
      type: "account.create",
      object: "admin",
      credential: "command on the host",
    });
    expect((await people.ask("admin", "GET", "/api/v0/events/export?pageStart=x")).code).toBe("INVALID_PARAMETERS");
  });

  it.each(["pageStart=x", "pageSize=x", "actorId=tom", "publishedBefore=yesterday", "publishedAfter=%00"])(
    "refuses %s",
    async (query) => {
      expect((await people.ask("tom", "GET", `/api/v0/events?${query}`)).code).toBe("INVALID_PARAMETERS");
    },
  );

  it("shows those of one repository to whoever sees it", async () => {
    const path = "/api/v0/repositories/acme/app/events";
    expect(new Set((await list("rita", "pageSize=0", path)).events.map(brief))).toEqual(new Set(ofApp));
    expect((await list("ada", "pageSize=0", path)).events.map(brief)).toContain("UPDATE REPOSITORY acme/app");
    expect((await people.ask("tom", "GET", path)).code).toBe("NO_SUCH_REPOSITORY");
    expect((await people.ask("tom", "GET", "/api/v0/repositories/acme/none/events")).code).toBe("NO_SUCH_REPOSITORY");
  });

  it("shows a private repository's past to nobody who is not to see it now, and a deleted one's to system admins", async () => {
    await people.must("POST", "/api/v0/repositories/acme", { name: "gone", visibility: "public" });
    const gone = "CREATE REPOSITORY acme/gone";
    expect(await briefs("stan")).toContain(gone);
    await people.must("PATCH", "/api/v0/repositories/acme/gone", { visibility: "private" });
    expect(await briefs("stan")).not.toContain(gone);
    expect(await briefs("olga")).toContain(gone);
    await people.must("DELETE", "/api/v0/repositories/acme/gone");
    expect(await briefs("olga")).not.toContain(gone);
    expect(await briefs("admin")).toContain("DELETE REPOSITORY acme/gone");
  });

  it("shows who has a global role those of every repository, for readers", async () => {
    await people.must("PATCH", "/enzi/v0/accounts/stan", { globalRole: "read-only" });
    expect(await briefs("stan")).toEqual([...ofApp, ...ofOpen, ...ofOwn].sort());
    await people.must("PATCH", "/enzi/v0/accounts/stan", { globalRole: "none" });
  });
});
