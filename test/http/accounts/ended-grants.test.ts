// Grants that have ended give nothing, are listed with their end for a while, and are taken away by periodic work.
import { afterAll, beforeAll, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle } from "./people.ts";

const day = 86_400;

describeMatrix(
  "grants that have ended",
  (kind) => {
    let berth: Target;
    let people: People;
    beforeAll(async () => {
      berth = await startTarget(kind);
      people = createPeople(berth);
      await settle(people);
    });
    afterAll(() => berth.close());

    it("are listed for 30 days, and then told as taken away", async () => {
      const app = "/api/v0/repositories/acme/app";
      const whole = "/api/v0/repositoryNamespaces/acme";
      const expiresAt = new Date(berth.clock.now().getTime() + day * 1000).toISOString();
      const later = new Date(berth.clock.now().getTime() + 10 * day * 1000).toISOString();
      await people.must("PUT", `${app}/userAccess/stan`, { accessLevel: "read-only", expiresAt });
      await people.must("PUT", `${app}/userAccess/lena`, { accessLevel: "read-only", expiresAt: later });
      await people.must("POST", `${whole}/patternAccess`, {
        pattern: "w*",
        team: "crew",
        accessLevel: "admin",
        expiresAt,
      });
      const listed = async () => {
        const { userAccessList } = (await people.must("GET", `${app}/userAccess`)).body;
        const { patternAccessList } = (await people.must("GET", `${whole}/patternAccess`)).body;
        const users = (userAccessList as { user: { name: string }; expiresAt?: string }[]).map(
          ({ user, expiresAt }) => `${user.name} ${expiresAt}`,
        );
        return [users, (patternAccessList as unknown[]).length];
      };
      const sweep = () => periodicTasks.find(({ name }) => name === "remove-ended-grants")?.slice(berth.ctx);

      berth.clock.advance(30 * day);
      expect((await people.ask("stan", "GET", app)).status).toBe(404);
      await sweep();
      expect(await listed()).toEqual([[`lena ${later}`, `stan ${expiresAt}`], 1]);
      berth.clock.advance(2 * day);
      await sweep();
      expect(await listed()).toEqual([[`lena ${later}`], 0]);
      const { events } = (await people.must("GET", "/api/v0/events?objectType=access&eventType=delete")).body;
      expect(events).toMatchObject([
        { actorType: "SYSTEM", detail: { by: "its end" } },
        { actorType: "SYSTEM", detail: { by: "its end" } },
      ]);
      expect((events as { detail: object }[]).map(({ detail }) => detail)).toContainEqual({
        user: "stan",
        before: { level: "read-only", expiresAt: expect.any(String) },
        by: "its end",
      });
    });
  },
  "time that the test moves",
);
