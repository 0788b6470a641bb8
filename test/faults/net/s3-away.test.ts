// A bucket that is away, in all its ways: requests for bytes are refused in plain words within half a minute, what needs only the
// database goes on, and nothing has to be restarted.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BucketStage, mebibyte, startBucketStage } from "./bucket-stage.ts";

const ways: [string, (stage: BucketStage) => unknown][] = [
  ["refuses connections", ({ network }) => network.refuse()],
  ["takes requests and never answers", ({ scripted }) => scripted.play(() => ({ hang: true }))],
  ["lets no byte through", ({ network }) => network.add(...silence)],
];
const silence = (["upstream", "downstream"] as const).map((stream) => {
  return { type: "timeout" as const, attributes: { timeout: 0 }, stream };
});

/** All pushes of a blob, however small, are refused by then. */
const patienceMs = 40_000;
/** Once the bucket has been away for so long, pushes are refused by then. */
const soonerMs = 10_000;

// Most of the time is waiting: each has a Berth of its own, and all run at once.
let stages: BucketStage[] = [];
beforeAll(async () => {
  stages = await Promise.all(ways.map(startBucketStage));
});
afterAll(() => Promise.all(stages.map((stage) => stage.stop())));

describe("a bucket", () => {
  it.concurrent.each(ways)("that %s is told as 503, and used again when it is back", async (how, harm) => {
    const stage = stages[ways.findIndex(([name]) => name === how)] as BucketStage;
    const known = await stage.push(mebibyte);
    expect(known.status).toBe(201);
    await harm(stage);
    const [pushed, pulled] = await Promise.all([stage.push(100_000), stage.pull(known.digest)]);
    console.log(`${how}: the push ended after ${Math.round(pushed.ms)} ms`);
    expect([pushed.status, Number(pushed.retryAfter) > 0, pulled]).toEqual([503, true, "503"]);
    expect(pushed.ms).toBeLessThan(patienceMs);
    if (how === "refuses connections") expect((await stage.push(100_000)).ms).toBeLessThan(soonerMs);
    expect(await stage.head(known.digest)).toBe(200);
    expect(await stage.head(pushed.digest)).toBe(404);
    stage.scripted.play(() => null);
    await stage.network.heal();
    expect(await stage.pull(known.digest)).toBe("whole");
    expect((await stage.push(9 * mebibyte)).status).toBe(201);
  });
});
