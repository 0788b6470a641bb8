// All repositories of a namespace, deleted at once.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle } from "../accounts/people.ts";

describeMatrix("DELETE /api/v0/accounts/{namespace}/repositories", (kind) => {
  let berth: Target;
  let people: People;
  const statusOf = async (path: string) => (await people.ask("admin", "GET", `/api/v0/repositories/${path}`)).status;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    for (const name of ["one", "deep/two"]) await people.must("POST", "/api/v0/repositories/tom", { name });
    await people.must("POST", "/api/v0/repositories/rita", { name: "hers" });
  });
  afterAll(() => berth.close());

  it("is not for others, and not for members of an organization", async () => {
    expect((await people.ask("rita", "DELETE", "/api/v0/accounts/tom/repositories")).status).toBe(403);
    expect((await people.ask("ada", "DELETE", "/api/v0/accounts/acme/repositories")).status).toBe(403);
    expect([await statusOf("tom/one"), await statusOf("acme/app")]).toEqual([200, 200]);
  });

  it("takes the user's own and nobody else's, and the names are free", async () => {
    expect((await people.ask("tom", "DELETE", "/api/v0/accounts/tom/repositories")).status).toBe(204);
    expect([await statusOf("tom/one"), await statusOf("tom/deep%2Ftwo")]).toEqual([404, 404]);
    expect([await statusOf("rita/hers"), await statusOf("acme/app")]).toEqual([200, 200]);
    expect((await people.ask("tom", "POST", "/api/v0/repositories/tom", { name: "one" })).status).toBe(201);
  });

  it("is for an owner of the organization", async () => {
    expect((await people.ask("olga", "DELETE", "/api/v0/accounts/acme/repositories")).status).toBe(204);
    expect(await statusOf("acme/app")).toBe(404);
  });
});
