// A PostgreSQL server that refuses, hangs, cuts and hangs up: requests are refused politely and soon, pulls of what was granted
// go on, and all is well again by itself.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Berth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { findFreePort } from "#test/clients/setup/port.ts";
import { type Answer, complaints, freshBlob, freshManifest, recoveredAfter, startAsking, summary } from "./asking.ts";
import { blobs, hang, pulls, repository, startServerStage } from "./server-stage.ts";
import { type ProxiedServer, startToxiproxy, type Toxiproxy } from "./toxiproxy.ts";

const nothing = summary([]);
const outageMs = 6_000;
const recoveryMs = 8_000;

type Harm = (server: ProxiedServer) => Promise<unknown>;
const harms: [string, Harm][] = [
  ["refuses", (server) => server.refuse()],
  ["hangs", hang],
  ["cuts", (server) => server.add({ type: "reset_peer", attributes: { timeout: 0 } })],
  ["hangs up", async (server) => server.point(await findFreePort())],
];

let toxiproxy: Toxiproxy;
beforeAll(async () => {
  toxiproxy = await startToxiproxy();
});
afterAll(() => toxiproxy?.stop());

const questionsOf = (tag: () => string) => ({
  ...pulls,
  "push of a blob": () => freshBlob(repository),
  "push of a manifest": () => freshManifest(repository, { blobs, tag: tag() }),
});

interface Story {
  berth: Berth;
  answers: Answer[];
  harmed: number;
  healed: number;
  /** Status of the health and of the life during the outage. */
  health: number[];
}

async function live([how, harm]: [string, Harm]): Promise<Story> {
  const { berth, server, authorization } = await startServerStage(toxiproxy);
  // Before the outage nobody moves the tag: what it names is known when the outage begins.
  let tag = "any";
  const asking = startAsking(berth, { authorization, questions: questionsOf(() => tag), clients: 2 });
  await pause(300);
  const harmed = asking.now();
  await harm(server);
  tag = "moving";
  await pause(outageMs - 500);
  const health = await Promise.all(["health", "live"].map((path) => statusOf(berth, `/${path}`)));
  await pause(500);
  const healed = asking.now();
  await server.heal();
  await asking.untilWell();
  const answers = await asking.stop();
  const well = Math.round(recoveredAfter(answers, healed));
  console.log(`${how}: ${summary(answers, harmed, healed)}; well after ${well} ms`);
  return { berth, answers, harmed, healed, health };
}

describe("a server that", () => {
  const stories: Record<string, Story> = {};
  beforeAll(async () => {
    // Most of the time is waiting: all at once, each with a Berth of its own.
    await Promise.all(harms.map(async (harm) => Object.assign(stories, { [harm[0]]: await live(harm) })));
  });
  afterAll(() => Promise.all(Object.values(stories).map(({ berth }) => berth.stop())));

  describe.each(harms)("%s", (how) => {
    const story = () => stories[how] as Story;
    const during = (kind: string) => {
      const { answers, harmed, healed } = story();
      return answers.filter(({ what, at, ms }) => what.startsWith(kind) && at > harmed && at + ms < healed);
    };

    it("is told to clients as 503 with Retry-After within 5 s", () => {
      expect(complaints(story().answers)).toEqual([]);
      const pushes = during("push");
      expect(pushes.filter(({ status }) => status === 503).length).toBeGreaterThan(5);
      // What was under way in the first moment may still have been done.
      const done = pushes.filter(({ status, at }) => status !== 503 && at > story().harmed + 200);
      expect(summary(done)).toBe(nothing);
    });

    it.each(Object.keys(pulls))("does not hinder the %s, which was granted before", (kind) => {
      const pulled = during(kind);
      expect(pulled.length).toBeGreaterThan(5);
      expect(summary(pulled.filter(({ status }) => status !== 200))).toBe(nothing);
    });

    it("is seen in the health, not in the life, of the process", async () => {
      expect(story().health).toEqual([503, 200]);
      // The answer is remembered for a second.
      for (const end = Date.now() + 4_000; Date.now() < end; await pause(100))
        if ((await statusOf(story().berth, "/health")) === 200) return;
      throw new Error("it stays unhealthy");
    });

    it("is used again by the same process a few seconds after it is back", () => {
      expect(recoveredAfter(story().answers, story().healed)).toBeLessThan(recoveryMs);
    });
  });
});

async function statusOf(berth: Berth, path: string): Promise<number> {
  const answer = await fetch(`http://${berth.host}${path}`);
  await answer.arrayBuffer();
  return answer.status;
}
