// A bucket that crawls, breaks off, refuses and lies: pushes and pulls are whole, or fail in plain words.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BucketStage, mebibyte, startBucketStage } from "./bucket-stage.ts";
import type { Fate } from "./scripted-bucket.ts";

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

let stage: BucketStage;
beforeAll(async () => {
  stage = await startBucketStage();
});
afterAll(() => stage?.stop());
beforeEach(async () => {
  stage.scripted.play(() => null);
  await stage.network.heal();
});

async function pushWhole(sizeBytes: number): Promise<string> {
  const { status, digest } = await stage.push(sizeBytes);
  expect(status).toBe(201);
  return digest;
}

describe("a slow bucket", () => {
  it("only costs time", async () => {
    await stage.network.add(
      { type: "latency", attributes: { latency: 200, jitter: 50 } },
      { type: "bandwidth", attributes: { rate: 8_000 }, stream: "upstream" },
      { type: "bandwidth", attributes: { rate: 8_000 } },
    );
    const digests = await Promise.all([pushWhole(9 * mebibyte), pushWhole(100_000)]);
    expect(await Promise.all(digests.map(stage.pull))).toEqual(["whole", "whole"]);
  });
});

describe("a bucket that breaks off", () => {
  it.each([0, 1, 70_000, 3 * mebibyte])("answers of a pull after %i bytes: the pull goes on", async (bytes) => {
    const digest = await pushWhole(5 * mebibyte);
    stage.scripted.play((operation, count) =>
      operation === "GetObject" && count < 3 ? { cutAnswerAfter: bytes } : null,
    );
    expect(await stage.pull(digest)).toBe("whole");
    expect(stage.scripted.count("GetObject")).toBeGreaterThanOrEqual(2);
  });

  it("every answer of a pull: the client sees that it has not all", async () => {
    const digest = await pushWhole(5 * mebibyte);
    stage.scripted.play((operation, count) =>
      operation === "GetObject" ? { cutAnswerAfter: count === 0 ? mebibyte : 0 } : null,
    );
    expect(["broken off", "503"]).toContain(await stage.pull(digest));
  });

  it("requests of a push: they are sent again", async () => {
    stage.scripted.play((operation, count) => {
      if (operation === "UploadPart" && [0, 2].includes(count)) return { cutRequestAfter: 2 * mebibyte };
      if (operation === "UploadPart" && count === 1) return { loseAnswer: true };
      return operation === "PutObject" && count < 2 ? { cutRequestAfter: 1_000 } : null;
    });
    const digests = await Promise.all([pushWhole(20 * mebibyte), pushWhole(100_000)]);
    expect(await Promise.all(digests.map(stage.pull))).toEqual(["whole", "whole"]);
  });
});

describe("a bucket that says no", () => {
  it("for a while: it is asked again, and nobody notices", async () => {
    const fates = [
      { answer: 503, body: error("SlowDown") },
      { answer: 500, body: error("InternalError") },
    ];
    stage.scripted.play((_, count) => fates[count] ?? null);
    const digests = await Promise.all([pushWhole(20 * mebibyte), pushWhole(100_000)]);
    stage.scripted.play((_, count) => fates[count] ?? null);
    expect(await Promise.all(digests.map(stage.pull))).toEqual(["whole", "whole"]);
  });

  it("inside of an answer with status 200 to the last step of a push: it is done again", async () => {
    const lie = { answer: 200, body: error("InternalError") };
    stage.scripted.play((operation, count) => (operation === "CompleteMultipartUpload" && count < 2 ? lie : null));
    expect(await stage.pull(await pushWhole(20 * mebibyte))).toBe("whole");
    expect(stage.scripted.count("CompleteMultipartUpload")).toBeGreaterThanOrEqual(3);
  });

  it("inside of every such answer: nothing is acknowledged", async () => {
    const lie = { answer: 200, body: error("AccessDenied") };
    stage.scripted.play((operation) => (operation === "CompleteMultipartUpload" ? lie : null));
    const { status, digest } = await stage.push(20 * mebibyte);
    expect(status).toBe(503);
    expect(await stage.head(digest)).toBe(404);
  });

  it("although it did the last step: the push is acknowledged, and whole", async () => {
    stage.scripted.play((operation, count) =>
      operation === "CompleteMultipartUpload" && count === 0 ? { loseAnswer: true } : null,
    );
    expect(await stage.pull(await pushWhole(20 * mebibyte))).toBe("whole");
  });
});

describe("a bucket that gives something else than was pushed", () => {
  const lies: [string, Fate][] = [
    ["an error with status 200", { answer: 200, body: error("InternalError") }],
    ["nothing, with status 200", { answer: 200, body: "" }],
    ["fewer bytes, and says so", { shortenTo: 199_000 }],
  ];
  it.each(lies)("%s: no client takes it for the blob", async (_, lie) => {
    const digest = await pushWhole(200_000);
    stage.scripted.play((operation) => (operation === "GetObject" ? lie : null));
    expect(["whole", "broken off", "404", "500", "503"]).toContain(await stage.pull(digest));
  });
});
