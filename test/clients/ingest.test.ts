// Real clients and a layer that is larger than the way in lets through: a Worker behind a proxy with Cloudflare's refusal, with and
// without another way in, and a Worker that knows the limit itself. What must come out is in setup/ingest/conduct.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBox } from "./setup/box.ts";
import { type Conduct, conducts } from "./setup/ingest/conduct.ts";
import type { Passed } from "./setup/ingest/gate.ts";
import { type Pusher, pushers } from "./setup/ingest/pushers.ts";
import { type Entrance, type IngestStage, limitBytes, startIngestStage } from "./setup/ingest/stage.ts";
import { readWhole, statusOf } from "./setup/registry.ts";
import { run } from "./setup/run.ts";

const large = limitBytes * 1.5;
const small = 100_000;
/** docker 20.10 tries five times, and waits 5, 10, 15 and 20 s before. */
const patientSeconds = 100;
/** For what will not end. */
const hangingSeconds = 15;

let stage: IngestStage;
beforeAll(async () => {
  stage = await startIngestStage();
});
afterAll(() => stage?.stop());

it("knows how each client pushes, and what must come of it", () => {
  expect(Object.keys(pushers)).toEqual(Object.keys(conducts));
});

describe.each(Object.entries(conducts))("%s", (name, conduct) => {
  let pusher: Pusher;
  beforeAll(async () => {
    pusher = await (pushers[name] as (typeof pushers)[string])();
  });
  afterAll(() => pusher?.stop?.());

  it(`${conduct.goes ? "goes" : "is not led"} to the other way in`, async () => {
    const { pushed, seen, said } = await push(pusher, "leading", large);
    expect([pushed, said]).toEqual([conduct.goes, expect.anything()]);
    if (conduct.goes) expectIngest(conduct, seen.ingest);
    else {
      expect(seen.ingest).toEqual([]);
      expect(seen.leading.find(isLarge)?.status).toBe(413);
      expect((await push(pusher, "leading", small)).pushed).toBe(true);
    }
  });

  it(`${conduct.atTheLimit} where a proxy refuses the layer`, async () => {
    const timeoutSeconds = conduct.atTheLimit === "hangs" ? hangingSeconds : patientSeconds;
    const once = () => push(pusher, "limited", large, timeoutSeconds);
    let last = await once();
    const hasStumbled = () => !last.pushed && conduct.stumblesWith && last.said.includes(conduct.stumblesWith);
    for (let more = 4; more > 0 && hasStumbled(); more--) last = await once();
    const { pushed, hung, seen, said } = last;
    expect({ pushed, hung }, said).toEqual({
      pushed: conduct.atTheLimit === "sends chunks",
      hung: conduct.atTheLimit === "hangs",
    });
    const refused = { method: conduct.layer, status: 413 };
    if (!pushed) expect(seen.limited.filter(isLarge)).toContainEqual(expect.objectContaining(refused));
  });

  it(`${conduct.atTheLimit === "sends chunks" ? "sends chunks" : "fails"} where Berth itself refuses it${conduct.showsWords ? ", and says why" : ""}`, async () => {
    const { pushed, hung, said } = await push(pusher, "knowing", large);
    expect({ pushed, hung }, said).toEqual({ pushed: conduct.atTheLimit === "sends chunks", hung: false });
    const words = expect.stringContaining(`a request can bring ${limitBytes} bytes at most here`);
    if (!pushed) expect(said).toEqual(conduct.showsWords ? words : expect.not.stringContaining("can bring"));
  });
});

/** What brings the layer: its length is above the limit, or is not told. */
function isLarge({ lengthBytes }: Passed): boolean {
  return lengthBytes === null || lengthBytes > limitBytes;
}

/** Every byte went to the other way in, by its ticket. */
function expectIngest(conduct: Conduct, requests: Passed[]): void {
  expect(requests.length).toBeGreaterThan(0);
  for (const { hasTicket, hasCredentials, status } of requests)
    expect({ hasTicket, hasCredentials, isDone: status === 201 || status === 202 }).toEqual({
      hasTicket: true,
      hasCredentials: conduct.showsCredentials,
      isDone: true,
    });
  const chunks = conduct.layer === "PATCH" && conduct.atTheLimit === "sends chunks";
  const brings = requests.filter((request) => (chunks ? request.method === "PATCH" : isLarge(request)));
  expect(brings.length).toBeGreaterThanOrEqual(chunks ? 6 : 1);
  for (const { method, lengthBytes } of brings)
    expect([method, lengthBytes !== null]).toEqual([conduct.layer, conduct.announced]);
}

let count = 0;

/** Pushes to a repository of its own, and judges by the server whether the whole image arrived. */
async function push(pusher: Pusher, to: Entrance, layerBytes: number, timeoutSeconds = patientSeconds) {
  const box = makeBox();
  const repository = `ingest/app${count++}`;
  const { command, options = {} } = await pusher.prepare(box, { host: stage.hosts[to], repository, layerBytes });
  for (const gate of Object.values(stage.gates)) gate.passed.length = 0;
  const env = { ...box.env, ...options.env };
  const how = { cwd: box.folder, ...options, env, timeoutSeconds };
  const ran = await run(command, how).catch((error: Error) => ({ code: null, all: error.message }));
  const hung = ran.code === null && ran.all.includes("did not end in");
  const { tag, name } = pusher.names?.(repository) ?? { name: repository, tag: "1" };
  const pushed = ran.code === 0;
  if (pushed) await readWhole(stage.server, name, tag);
  else expect(await statusOf(stage.server, name, tag)).toBe(404);
  const uploads = ({ passed }: { passed: Passed[] }) => passed.filter(({ path }) => path.includes("/blobs/uploads/"));
  const { leading, limited, ingest } = stage.gates;
  return {
    pushed,
    hung,
    said: ran.all,
    seen: { leading: uploads(leading), limited: uploads(limited), ingest: uploads(ingest) },
  };
}
