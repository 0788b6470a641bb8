// While the registry is read-only: every route that changes content is refused with one code, every other goes on.
import { afterAll, beforeAll, expect, it } from "vitest";
import { contentRows } from "#test/core/content/rows.ts";
import { describeMatrix, startTarget } from "#test/setup/target.ts";
import { operations, rights, rowsFor } from "../accounts/operations.ts";
import { createPeople, type People, settle } from "../accounts/people.ts";
import { type Expectation, expectations } from "./expectations.ts";
import { goesOn, refused } from "./read-only.ts";
import { as, createRepository, pushImage } from "./registry.ts";
import { listRoutes } from "./route-list.ts";
import { repositories, type Scene } from "./scene.ts";

const routeOf = (name: string) => name.split(" ", 2).join(" ");

it("every route that may change something is refused or goes on, by the tables", () => {
  const changing = listRoutes().filter((route) => !route.startsWith("GET "));
  const inTables = [...new Set(Object.keys(refused).map(routeOf)), ...goesOn];
  const hint = "say in test/http/access/read-only.ts whether the route changes content";
  expect(inTables.toSorted(), hint).toEqual(changing.toSorted());
});

describeMatrix("a registry that is read-only", (kind) => {
  let scene: Scene;
  let people: People;
  beforeAll(async () => {
    const berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    const owner = await berth.addUser("alice");
    for (const path of [repositories.private, repositories.public])
      await createRepository(berth, owner, path, "private");
    scene = { berth, owner, stranger: "", authorize: async () => owner };
  });
  afterAll(() => scene.berth.close());

  const setReadOnly = async (readOnlyRegistry: boolean) => {
    const { body } = await people.must("POST", "/api/v0/meta/settings", { readOnlyRegistry });
    expect(body.readOnlyRegistry).toBe(readOnlyRegistry);
  };
  const whileReadOnly = async <T>(work: () => Promise<T>): Promise<T> => {
    await setReadOnly(true);
    try {
      return await work();
    } finally {
      await setReadOnly(false);
    }
  };

  it.each(Object.keys(refused))("refuses %s, and takes it afterwards", async (name) => {
    const { ask, yields } = refused[name] as (typeof refused)[string];
    const { path, init } = await ask(scene);
    const who = /accounts/.test(path) ? scene.berth.admin : scene.owner;
    const { headers } = as(who, init?.headers as Record<string, string>);
    const send = () => scene.berth.fetch(path, { ...init, headers });
    await whileReadOnly(async () => {
      const before = await contentRows(scene.berth.ctx.db);
      const answer = await send();
      const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
      expect([answer.status, errors[0]?.code]).toEqual([403, path.startsWith("/v2/") ? "DENIED" : "READ_ONLY"]);
      expect(errors[0]?.message).toMatch(/^the registry is read-only: .*readOnlyRegistry/);
      expect(await contentRows(scene.berth.ctx.db)).toEqual(before);
    });
    const answer = await send();
    expect([answer.status, await answer.text()]).toEqual([yields, expect.anything()]);
  });

  it("answers every other operation as ever", async () => {
    const isRefused = (ask: string) =>
      Object.keys(refused).some((name) => rowsFor(routeOf(name)).some((row) => row.ask === ask));
    const others = operations.filter(({ ask }) => !ask.startsWith("GET ") && !isRefused(ask));
    expect(others.length).toBeGreaterThan(40);
    const inExpectations = goesOn.filter((route) => route in expectations);
    const asks = await Promise.all(
      inExpectations.map((route) => (expectations[route] as Expectation).ask(scene, "alice/app", "owner")),
    );
    const wrong: string[] = [];
    await whileReadOnly(async () => {
      for (const { ask, body, needs: need, yields, refuses = 403 } of others) {
        const [method, path] = ask.split(" ") as [string, string];
        const answer = await people.ask("admin", method, path, body);
        const expected = rights[need]?.includes("admin") ? yields : refuses;
        if (answer.status !== expected) wrong.push(`${ask}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      for (const { path, init } of asks) {
        const { headers } = as(scene.owner, init?.headers as Record<string, string>);
        const answer = await scene.berth.fetch(path, { ...init, headers });
        const text = await answer.text();
        if (answer.status >= 500 || text.includes("read-only")) wrong.push(`${init?.method} ${path}: ${text}`);
      }
    });
    expect(wrong).toEqual([]);
  });

  it("lets accounts, tokens and grants change, and images be pulled", async () => {
    const { manifest, config } = await pushImage(scene.berth, scene.owner, "alice/app", "pulled");
    await whileReadOnly(async () => {
      const name = `u${crypto.randomUUID().slice(0, 8)}`;
      await people.must("POST", "/enzi/v0/accounts", { name, password: "correct horse battery staple" });
      expect((await people.ask(name, "POST", "/api/v0/api_tokens", {})).status).toBe(200);
      await people.must("PUT", `/api/v0/repositories/alice/app/userAccess/${name}`, { accessLevel: "read-only" });
      for (const path of [`manifests/pulled`, `manifests/${manifest}`, `blobs/${config}`, "tags/list"])
        expect((await people.ask(name, "GET", `/v2/alice/app/${path}`)).status, path).toBe(200);
      await people.must("DELETE", `/enzi/v0/accounts/${name}`);
    });
  });

  it("says so where DTR does", async () => {
    const readOnly = async () => {
      const { replica_readonly } = (await people.must("GET", "/api/v0/meta/cluster_status")).body;
      return Object.values(replica_readonly as Record<string, boolean>);
    };
    expect(await readOnly()).toEqual([false]);
    expect(await whileReadOnly(readOnly)).toEqual([true]);
  });
});
