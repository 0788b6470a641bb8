import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { resetPassword } from "#core/access/first-admin.ts";
import { basic, startTarget, type Target } from "#test/setup/target.ts";
import { hashPassword, verifyPassword } from "#workers/password.ts";
import { setActive } from "../access/registry.ts";

describe("passwords", () => {
  let berth: Target;
  let alice: string;
  /** The hashes that were checked. */
  const checked: string[] = [];
  let running = 0;
  let most = 0;
  let hold: Promise<void> = Promise.resolve();
  /** Answers no at once, for tests whose passwords are all wrong: a hash takes long. */
  let quick = false;
  beforeAll(async () => {
    berth = await startTarget("fetch", {
      realPasswords: true,
      around: { connection: (c) => ({ address: c.req.header("x-test-peer") ?? "192.0.2.1", secure: false }) },
    });
    alice = await berth.addUser("alice");
    const run = berth.ctx.compute.run.bind(berth.ctx.compute);
    berth.ctx.compute.run = async (task, input) => {
      if ("hash" in input) checked.push(input.hash);
      most = Math.max(most, ++running);
      try {
        await hold;
        return quick ? (false as never) : await run(task, input);
      } finally {
        running--;
      }
    };
  });
  afterAll(() => berth.close());
  beforeEach(() => {
    // Nothing that an earlier test did is remembered after a day.
    berth.clock.advance(2 * 86_400);
    checked.length = 0;
    most = 0;
    quick = false;
  });

  const ping = (authorization: string, peer = "192.0.2.1") =>
    berth.fetch("/v2/", { headers: { authorization, "x-test-peer": peer } });
  const statuses = async (authorization: string, times: number, peer?: string) => {
    const seen: number[] = [];
    for (let i = 0; i < times; i++) seen.push((await ping(authorization, peer)).status);
    return seen;
  };

  it("a good one is remembered for 60 seconds, so that each request costs no hash", async () => {
    expect(await statuses(alice, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(checked.length).toBe(1);
    berth.clock.advance(59);
    expect((await ping(alice)).status).toBe(200);
    expect(checked.length).toBe(1);
    berth.clock.advance(2);
    expect((await ping(alice)).status).toBe(200);
    expect(checked.length).toBe(2);
  });

  it("a remembered one lets no other password in, and ends when the password changes", async () => {
    const eve = await berth.addUser("eve");
    expect((await ping(eve)).status).toBe(200);
    expect((await ping(basic("eve", "wrong"))).status).toBe(401);
    await resetPassword(berth.ctx, "eve", "a new one of hers");
    expect((await ping(eve)).status).toBe(401);
    expect((await ping(basic("eve", "a new one of hers"))).status).toBe(200);
  });

  it.each(["alice", "nobody"])(
    "five failures of %s cost nothing, then each costs a wait that doubles",
    async (name) => {
      const wrong = basic(name, "wrong");
      quick = true;
      expect(await statuses(wrong, 6)).toEqual([401, 401, 401, 401, 401, 401]);
      for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
        const answer = await ping(wrong);
        expect(answer.status).toBe(429);
        expect(Number(answer.headers.get("retry-after"))).toBe(seconds);
        expect(await answer.json()).toMatchObject({ errors: [{ code: "TOOMANYREQUESTS" }] });
        berth.clock.advance(seconds);
        expect((await ping(wrong)).status).toBe(401);
      }
    },
  );

  it("a waiting client with the right password waits too; then its success clears its failures", async () => {
    await statuses(basic("alice", "wrong"), 6);
    expect((await ping(alice)).status).toBe(429);
    berth.clock.advance(1);
    expect((await ping(alice)).status).toBe(200);
    berth.clock.advance(61);
    expect(await statuses(basic("alice", "wrong"), 6)).toEqual([401, 401, 401, 401, 401, 401]);
  });

  it("failures elsewhere delay an account everywhere but where it had a recent success", async () => {
    expect((await ping(alice, "198.51.100.7")).status).toBe(200);
    berth.clock.advance(61);
    quick = true;
    for (let i = 0; i < 30; i++) {
      await ping(basic("alice", "wrong"), `203.0.113.${i}`);
      await ping(basic("alice", "wrong"), `203.0.113.${i}`);
      if (i > 8) berth.clock.advance(61);
    }
    await ping(basic("alice", "wrong"), "203.0.113.99");
    quick = false;
    expect((await ping(alice, "203.0.113.200")).status).toBe(429);
    expect((await ping(alice, "198.51.100.7")).status).toBe(200);
  });

  it("delays apply at the token endpoint too, in both its forms", async () => {
    await statuses(basic("alice", "wrong"), 6);
    const get = await berth.fetch("/auth/token", { headers: { authorization: alice } });
    // The peer of this request is the same, so it waits as well.
    expect(get.status).toBe(429);
    const form = new URLSearchParams({ grant_type: "password", username: "alice", password: "x" });
    const post = await berth.fetch("/auth/token", { method: "POST", body: form });
    expect(post.status).toBe(429);
    expect(post.headers.get("retry-after")).toBe("1");
  });

  it("at most two are hashed at once, and when 64 wait the next are told to come again", async () => {
    let release: () => void = () => {};
    quick = true;
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const all = Array.from({ length: 70 }, (_, i) => ping(basic(`user${i}`, "x"), `198.51.100.${i}`));
    // Those that find the queue full are answered at once, while the hashes are still held.
    let answered = 0;
    for (const one of all) void one.then(() => answered++);
    const first = await Promise.race(all);
    while (answered < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(first.status).toBe(429);
    expect(first.headers.get("retry-after")).toBe("1");
    expect(await first.json()).toMatchObject({ errors: [{ code: "TOOMANYREQUESTS" }] });
    release();
    const seen = (await Promise.all(all)).map((answer) => answer.status);
    expect(seen.filter((status) => status === 401).length).toBe(66);
    expect(seen.filter((status) => status === 429).length).toBe(4);
    expect(most).toBe(2);
  });

  it("an unknown, a deactivated and a passwordless account are answered like a wrong password, at the same cost", async () => {
    await berth.addUser("gone");
    await setActive(berth, "gone", false);
    await berth.fetch("/v2/team/app/blobs/uploads/", { method: "POST", headers: { authorization: berth.admin } });
    checked.length = 0;
    const seen: string[] = [];
    for (const name of ["alice", "nobody", "gone", "team", "NOT A NAME", ""]) {
      const answer = await ping(basic(name, "wrong"), "192.0.2.77");
      const headers = [...answer.headers].filter(([header]) => header !== "x-request-id");
      seen.push(JSON.stringify([answer.status, headers, await answer.text()]));
    }
    expect(new Set(seen).size).toBe(1);
    expect(checked.length).toBe(6);
    expect(new Set(checked.map((hash) => hash.split("$").slice(0, 4).join("$"))).size).toBe(1);
  });

  it("the hash that stands in for no account's is as costly as a real one, and nobody's", async () => {
    await ping(basic("nobody", "x"));
    const dummy = (checked.at(-1) as string).split("$");
    const real = hashPassword({ password: "x" }).split("$");
    expect(dummy.slice(0, 4)).toEqual(real.slice(0, 4));
    for (const part of [4, 5]) {
      const bytes = Buffer.from(dummy[part] as string, "base64");
      expect(bytes.byteLength).toBe(Buffer.from(real[part] as string, "base64").byteLength);
      expect(bytes.toString("base64").replace(/=+$/, "")).toBe(dummy[part]);
    }
    expect(verifyPassword({ password: "x", hash: dummy.join("$") })).toBe(false);
    expect(verifyPassword({ password: "", hash: dummy.join("$") })).toBe(false);
  });
});
