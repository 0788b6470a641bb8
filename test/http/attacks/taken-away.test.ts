// What registries have been broken by, classes A and C, through every way in: what was deleted or taken away is still reached, from memory.
import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, createRepository, pushBlob } from "../access/registry.ts";
import { createPeople, type People, settle, word } from "../accounts/people.ts";

describeMatrix("A: whoever knows a digest", (kind) => {
  let berth: Target;
  let alice: string;
  let bob: string;
  beforeAll(async () => {
    berth = await startTarget(kind);
    alice = await berth.addUser("alice");
    bob = await berth.addUser("bob");
    for (const name of ["alice/app", "alice/other"]) await createRepository(berth, alice, name, "private");
    await createRepository(berth, bob, "bob/app", "private");
  });
  afterAll(() => berth.close());
  const status = async (who: string, method: string, path: string) =>
    (await berth.fetch(path, { method, ...as(who) })).status;

  it("gets no blob that was deleted here, however often it is asked for elsewhere", async () => {
    const text = `{"shared":"${crypto.randomUUID()}"}`;
    const blob = await pushBlob(berth, alice, "alice/app", text);
    await pushBlob(berth, alice, "alice/other", text);
    const here = `/v2/alice/app/blobs/${blob}`;
    // Whatever remembers blobs remembers this one.
    for (const method of ["GET", "HEAD", "GET"]) expect(await status(alice, method, here)).toBe(200);
    expect(await status(alice, "DELETE", here)).toBe(202);
    for (let n = 0; n < 3; n++) {
      expect(await status(alice, "GET", `/v2/alice/other/blobs/${blob}`)).toBe(200);
      for (const method of ["GET", "HEAD"]) expect(await status(alice, method, here)).toBe(404);
    }
    await pushBlob(berth, bob, "bob/app", text);
    for (const method of ["GET", "HEAD"]) expect(await status(alice, method, here)).toBe(404);
  });

  it("mounts nothing out of a repository that was deleted and made again by another under its name", async () => {
    await createRepository(berth, alice, "alice/gone", "public");
    const blob = await pushBlob(berth, alice, "alice/gone", `{"was":"${crypto.randomUUID()}"}`);
    const mount = `/v2/bob/app/blobs/uploads/?mount=${blob}&from=alice/gone`;
    const token = await bearer(berth, bob, "repository:bob/app:pull,push", "repository:alice/gone:pull");
    expect(await status(alice, "DELETE", "/api/v0/repositories/alice/gone")).toBe(204);
    for (const who of [bob, token]) expect(await status(who, "POST", mount)).toBe(202);
    await createRepository(berth, alice, "alice/gone", "private");
    await pushBlob(berth, alice, "alice/gone", `{"is":"${crypto.randomUUID()}"}`);
    for (const who of [bob, token]) expect(await status(who, "POST", mount)).toBe(202);
    expect(await status(bob, "GET", `/v2/bob/app/blobs/${blob}`)).toBe(404);
  });
});

describeMatrix("C: what is taken away", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  const reads = async (who: string) => (await berth.fetch("/v2/acme/app/tags/list", as(who))).status;
  const crew = "/enzi/v0/accounts/acme/teams/readers/members/rita";
  const access = "/api/v0/repositories/acme/app/teamAccess/readers";
  const losses: [string, [string, string, object?], [string, string, object?]][] = [
    ["a membership", ["DELETE", crew], ["PUT", crew, {}]],
    ["a grant", ["DELETE", access], ["PUT", access, { accessLevel: "read-only" }]],
    [
      "an account",
      ["PATCH", "/enzi/v0/accounts/rita", { isActive: false }],
      ["PATCH", "/enzi/v0/accounts/rita", { isActive: true }],
    ],
  ];
  it.each(losses)(
    "%s is gone at the next request, by password and by every token there was, and comes back with it",
    async (_what, take, give) => {
      const { token } = (await people.ask("rita", "POST", "/api/v0/api_tokens", {})).body as { token: string };
      const holders = [basic("rita", word), await bearer(berth, basic("rita", word), "repository:acme/app:pull")];
      holders.push(`Bearer ${token}`, await bearer(berth, basic("rita", token), "repository:acme/app:pull"));
      for (const who of holders) expect(await reads(who)).toBe(200);
      await people.must(...take);
      // The password last: failures of it are slowed down.
      for (const who of holders.toReversed()) expect(await reads(who)).toBe(401);
      await people.must(...give);
      for (const who of holders.slice(1)) expect(await reads(who)).toBe(200);
    },
  );
});
