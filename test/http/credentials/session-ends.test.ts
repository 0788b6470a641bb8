// How sessions end: by those whose they are, with what they rest on, and by themselves.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, word } from "../accounts/people.ts";
import { createBrowser, logInAs, present } from "./browser.ts";

const accounts = "/enzi/v0/accounts";
const sessions = (name: string) => `/api/v0/accounts/${name}/sessions`;

describeMatrix("a session ends", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    people = createPeople(berth);
    for (const name of ["tom", "rita"]) await people.must("POST", accounts, { name, password: word });
  });
  afterAll(() => berth.close());

  const loggedIn = (name = "tom") => logInAs(berth, name);

  it("at a logout, which needs the X-Csrf-Token as well", async () => {
    const tom = await loggedIn();
    const copy = createBrowser(berth);
    for (const [name, value] of tom.cookies) copy.cookies.set(name, value);
    expect((await tom.ask("POST", "/logout")).status).toBe(403);
    expect(await present(tom)).toBe(200);
    expect((await tom.page("POST", "/logout")).status).toBe(204);
    expect([tom.cookies.size, await present(copy)]).toEqual([0, 401]);
    expect((await copy.page("POST", "/logout")).status).toBe(204);
    expect(copy.cookies.size).toBe(0);
  });

  it("where its user, or an admin, ends it or all of them, with docker's logins", async () => {
    const [first, second, third] = [await loggedIn("rita"), await loggedIn("rita"), await loggedIn("rita")];
    const login = await berth.fetch("/auth/token?service=x&offline_token=true", {
      headers: { authorization: basic("rita") },
    });
    const { refresh_token: refresh } = (await login.json()) as Record<string, string>;
    const list = ((await (await first.page("GET", sessions("rita"))).json()) as { sessions: Record<string, unknown>[] })
      .sessions;
    expect(list.filter(({ isPresent }) => isPresent).length).toBe(1);
    expect(list[0]).toMatchObject({
      agent: expect.any(String),
      address: expect.any(String),
      endsAt: expect.any(String),
    });
    expect(JSON.stringify(list).includes(second.cookies.get("berth-local") as string)).toBe(false);
    const own = (await (await second.page("GET", "/api/v0/session")).json()) as { id: string };
    expect((await first.page("DELETE", `${sessions("tom")}/${own.id}`)).status).toBe(403);
    expect((await people.ask("admin", "DELETE", `${sessions("tom")}/${own.id}`)).code).toBe("NO_SUCH_SESSION");
    expect((await first.page("DELETE", `${sessions("rita")}/${own.id}`)).status).toBe(204);
    expect([await present(first), await present(second), await present(third)]).toEqual([200, 401, 200]);
    await people.must("DELETE", sessions("rita"));
    expect([await present(first), await present(third)]).toEqual([401, 401]);
    const form = new URLSearchParams({ grant_type: "refresh_token", service: "x", refresh_token: refresh as string });
    expect((await berth.fetch("/auth/token", { method: "POST", body: form })).status).toBe(401);
  });

  it("when its account changes its password in another, and when an admin sets it", async () => {
    await people.must("POST", accounts, { name: "pia", password: word });
    const [here, there] = [await loggedIn("pia"), await loggedIn("pia")];
    const form = { oldPassword: word, newPassword: `${word}!` };
    expect((await here.page("POST", `${accounts}/pia/changePassword`, form)).status).toBe(200);
    expect([await present(here), await present(there)]).toEqual([200, 401]);
    await people.must("POST", `${accounts}/pia/changePassword`, { newPassword: word });
    expect(await present(here)).toBe(401);
  });

  it("with its account, which takes none back up when it is active again", async () => {
    await people.must("POST", accounts, { name: "stan", password: word });
    const stan = await loggedIn("stan");
    await people.must("PATCH", `${accounts}/stan`, { isActive: false });
    expect(await present(stan)).toBe(401);
    await people.must("PATCH", `${accounts}/stan`, { isActive: true });
    expect(await present(stan)).toBe(401);
    await stan.logIn("stan", word);
    await people.must("DELETE", `${accounts}/stan`);
    expect(await present(stan)).toBe(401);
  });
});

describeMatrix(
  "a session that is left alone",
  (kind) => {
    it("ends after twelve hours, and one in use after seven days; what is over is cleared away", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      await berth.addUser("tom");
      const idle = createBrowser(berth);
      const busy = createBrowser(berth);
      await idle.logIn("tom", word);
      await busy.logIn("tom", word);
      const seen: number[] = [];
      for (let hours = 0; hours < 180; hours += 11) {
        seen.push(await present(busy));
        berth.clock.advance(11 * 3600);
      }
      // The sixteenth was after 165 hours, the next after 176.
      expect(seen).toEqual([...Array(16).fill(200), 401]);
      expect(await present(idle)).toBe(401);
      await busy.logIn("tom", word);
      berth.clock.advance(12 * 3600 + 1);
      expect(await present(busy)).toBe(401);
      const sweep = periodicTasks.find(({ name }) => name === "end-sessions");
      while (await sweep?.slice(berth.ctx));
      expect(await berth.ctx.db.execute(sql`select count(*) as count from session`)).toEqual([{ count: 0 }]);
      await berth.close();
    });

    it("lasts as long as the settings say, which have bounds", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      const people = createPeople(berth);
      await berth.addUser("tom");
      const change = (body: unknown) => people.ask("admin", "POST", "/api/v0/meta/settings", body);
      for (const [name, values] of Object.entries({
        sessionIdleMinutes: [4, 43_201, 5.5],
        sessionHours: [0, 2161, "3"],
      }))
        for (const value of values)
          expect([name, value, (await change({ [name]: value })).status]).toEqual([name, value, 400]);
      const before = createBrowser(berth);
      await before.logIn("tom", word);
      expect((await change({ sessionIdleMinutes: 90, sessionHours: 3 })).status).toBe(202);
      const busy = createBrowser(berth);
      const idle = createBrowser(berth);
      for (const browser of [busy, idle]) expect((await browser.logIn("tom", word)).status).toBe(200);
      berth.clock.advance(3600);
      expect([await present(busy), await present(before)]).toEqual([200, 200]);
      berth.clock.advance(3600);
      // How long it may rest holds for all; how long it may last, for those that were begun since.
      expect([await present(busy), await present(idle), await present(before)]).toEqual([200, 401, 200]);
      berth.clock.advance(3601);
      expect([await present(busy), await present(before)]).toEqual([401, 200]);
      await berth.close();
    });

    it("is one of a hundred at most", async () => {
      const berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
      await berth.addUser("tom");
      const first = createBrowser(berth);
      const last = createBrowser(berth);
      await first.logIn("tom", word);
      for (let at = 0; at < 99; at++) await createBrowser(berth).logIn("tom", word);
      expect(await present(first)).toBe(200);
      await last.logIn("tom", word);
      expect([await present(first), await present(last)]).toEqual([401, 200]);
      await berth.close();
    });
  },
  "time that the test moves",
);
