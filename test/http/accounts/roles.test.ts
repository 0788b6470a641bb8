// Every operation on accounts, organizations, teams and access, by everybody: what comes of it follows from the tables.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { everybody, operations, rights } from "./operations.ts";
import { createPeople, type People, settle } from "./people.ts";

/** A repository that he may not see is not there for him. */
const unseen = (path: string, who: string) =>
  /^\/api\/v0\/(repositories\/|access\/explain\?repository=)acme\/app/.test(path) &&
  !rights["see the repository"]?.includes(who as never);

describeMatrix("everybody's rights on accounts", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  describe.each(operations)("$ask", ({ ask, needs, body, yields, refuses = 403 }) => {
    const [method, path] = ask.split(" ") as [string, string];

    it(`is for whoever may ${needs}`, async () => {
      for (const who of everybody) {
        const may = rights[needs]?.includes(who);
        const { status, body: said } = await people.ask(who, method, path, body);
        const expected = may ? yields : unseen(path, who) ? 404 : refuses;
        expect([who, status], JSON.stringify(said)).toEqual([who, expected]);
      }
    });

    it("is for nobody who has not logged in, or cannot", async () => {
      expect((await people.ask(null, method, path, body)).status).toBe(401);
      // After some attempts he has to wait.
      expect([401, 429]).toContain((await people.ask("gone", method, path, body)).status);
    });
  });
});
