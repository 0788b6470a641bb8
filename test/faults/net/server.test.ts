// A PostgreSQL server that refuses, hangs, cuts and hangs up: requests are refused politely and soon, pulls of what was granted
// go on, and all is well again by itself.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, type Home, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { findFreePort } from "#test/clients/setup/port.ts";
import { getToken, pushBlob } from "#test/clients/setup/registry.ts";
import {
  type Answer,
  ask,
  complaints,
  freshBlob,
  freshManifest,
  recoveredAfter,
  startAsking,
  summary,
} from "./asking.ts";
import { type ProxiedServer, startToxiproxy, type Toxiproxy } from "./toxiproxy.ts";

const repository = "outage/app";
const blobs = [randomBytes(300), randomBytes(20_000)];
const layer = sha256(blobs[1] as Buffer);
const outageMs = 6_000;
const recoveryMs = 8_000;

type Harm = (server: ProxiedServer) => Promise<void>;
const bothWays = ["upstream", "downstream"] as const;
const harms: [string, Harm][] = [
  ["refuses", (server) => server.refuse()],
  [
    "hangs",
    (server) =>
      server.add(...bothWays.map((stream) => ({ type: "timeout" as const, attributes: { timeout: 0 }, stream }))),
  ],
  ["cuts", (server) => server.add({ type: "reset_peer", attributes: { timeout: 0 } })],
  ["hangs up", async (server) => server.point(await findFreePort())],
];

let toxiproxy: Toxiproxy;
beforeAll(async () => {
  toxiproxy = await startToxiproxy();
});
afterAll(() => toxiproxy?.stop());

interface Stage {
  berth: Berth;
  server: ProxiedServer;
  /** Of a token that may pull and push, made before the outage. */
  authorization: string;
}

/** A Berth on the server of the run, by way of toxiproxy, with an image in it that was pulled once. */
async function setUp(settings: Record<string, string> = {}): Promise<Stage> {
  const many = { BERTH_TOKEN_SECONDS: "3600", BERTH_UPLOADS_PER_CALLER: "10000" };
  const home: Home = await makeHome("server", { ...many, ...settings });
  const url = new URL(home.env.DATABASE_URL as string);
  const server = await toxiproxy.proxy(Number(url.port));
  url.port = String(server.port);
  home.env.DATABASE_URL = url.href;
  const berth = await startBerth(home);
  for (const blob of blobs) await pushBlob(berth, repository, blob);
  const authorization = `Bearer ${await getToken(berth, `repository:${repository}:pull,push`)}`;
  for (const question of [freshManifest(repository, blobs), ...Object.values(pulls).map((make) => make())])
    expect((await ask(berth, authorization, question)).status).toBeLessThan(300);
  return { berth, server, authorization };
}

const pulls = {
  "pull of a blob": () => ({ path: `/v2/${repository}/blobs/${layer}`, digest: layer }),
  "pull by tag": () => ({ path: `/v2/${repository}/manifests/moving` }),
};
const questions = {
  ...pulls,
  "push of a blob": () => freshBlob(repository),
  "push of a manifest": () => freshManifest(repository, blobs),
};

describe.each(harms)("a server that %s", (how, harm) => {
  let stage: Stage;
  let answers: Answer[];
  let times: { harmed: number; healed: number };
  let health: number[];
  const during = () => answers.filter(({ at, ms }) => at > times.harmed && at + ms < times.healed);

  beforeAll(async () => {
    stage = await setUp();
    const asking = startAsking(stage.berth, { authorization: stage.authorization, questions, clients: 3 });
    await pause(300);
    const harmed = asking.now();
    await harm(stage.server);
    await pause(outageMs - 500);
    health = await Promise.all(["health", "live"].map((path) => statusOf(stage.berth, `/${path}`)));
    await pause(500);
    const healed = asking.now();
    await stage.server.heal();
    await asking.untilWell();
    answers = await asking.stop();
    times = { harmed, healed };
    console.log(
      `${how}: ${summary(answers, harmed, healed)}; well after ${Math.round(recoveredAfter(answers, healed))} ms`,
    );
  });
  afterAll(async () => {
    await stage?.server.heal();
    await stage?.berth.stop();
  });

  it("is told to clients as 503 with Retry-After within 5 s", () => {
    expect(complaints(answers)).toEqual([]);
    const pushes = during().filter(({ what }) => what.startsWith("push"));
    expect(pushes.filter(({ status }) => status === 503).length).toBeGreaterThan(5);
    // What was under way in the first moment may still have been done.
    expect(pushes.filter(({ status, at }) => status !== 503 && at > times.harmed + 200)).toEqual([]);
  });

  it("does not keep anyone from pulling what was granted before", () => {
    const pulled = during().filter(({ what }) => what in pulls);
    expect(pulled.length).toBeGreaterThan(5);
    expect(pulled.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it("is seen in the health, not in the life, of the process", async () => {
    expect(health).toEqual([503, 200]);
    expect(await statusOf(stage.berth, "/health")).toBe(200);
  });

  it("is used again by the same process a few seconds after it is back", () => {
    expect(recoveredAfter(answers, times.healed)).toBeLessThan(recoveryMs);
  });
});

describe("a server that is away for long", () => {
  it("ends even pulls of what was granted, when the time for that is over", async () => {
    const { berth, server, authorization } = await setUp({ BERTH_STALE_ACCESS: "3" });
    const asking = startAsking(berth, { authorization, questions: pulls, clients: 2 });
    await server.refuse();
    const harmed = asking.now();
    await pause(8_000);
    const healed = asking.now();
    await server.heal();
    await asking.untilWell();
    const answers = await asking.stop();
    expect(complaints(answers)).toEqual([]);
    const early = answers.filter(({ at, ms }) => at > harmed && at + ms < harmed + 2_500);
    const late = answers.filter(({ at, ms }) => at > harmed + 6_000 && at + ms < healed);
    console.log(`stale access for 3 s: ${summary(early)}; later ${summary(late)}`);
    expect(early.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    expect(late.map(({ status }) => status).filter((status) => status !== 503)).toEqual([]);
    expect(late.length).toBeGreaterThan(5);
    await berth.stop();
  });

  it("grants nothing that was not granted before", async () => {
    const { berth, server, authorization } = await setUp();
    await pushBlob(berth, "outage/other", blobs[1] as Buffer);
    const other = `Bearer ${await getToken(berth, "repository:outage/other:pull")}`;
    await server.refuse();
    await pause(3_000);
    const path = `/v2/outage/other/blobs/${layer}`;
    // This token never was used before; that one is not for this repository.
    for (const token of [other, authorization, `Bearer ${"x".repeat(200)}`, ""]) {
      const { status } = await ask(berth, token, { path });
      expect([401, 503]).toContain(status);
    }
    expect((await ask(berth, authorization, { path: `/v2/${repository}/blobs/${layer}` })).status).toBe(200);
    await server.heal();
    await berth.stop();
  });

  it("does not keep the program from stopping", async () => {
    const { berth, server } = await setUp({ BERTH_DRAIN_SECONDS: "1" });
    await harms[1]?.[1](server);
    await pause(500);
    const started = performance.now();
    await berth.stop();
    const seconds = (performance.now() - started) / 1000;
    console.log(`stopped in ${seconds.toFixed(1)} s while the database hung`);
    expect(seconds).toBeLessThan(18);
    await server.heal();
  });
});

async function statusOf(berth: Berth, path: string): Promise<number> {
  const answer = await fetch(`http://${berth.host}${path}`);
  await answer.arrayBuffer();
  return answer.status;
}
