// A Worker with an ingest origin and a limit on bodies, in workerd: its Locations lead there, and their tickets open the session.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomContent } from "#test/http/v2/content.ts";
import { withDigest } from "#test/http/v2/requests.ts";
import { type EdgeWorker, edgePassword, startEdgeWorker } from "#test/setup/edge-worker.ts";
import { basic } from "#test/setup/target.ts";

const ingest = "https://ingest.test";
const limit = 2 ** 20;

describe("a Worker with an ingest origin", () => {
  let worker: EdgeWorker;
  beforeAll(async () => {
    worker = await startEdgeWorker({ settings: { INGEST_ORIGIN: ingest, BERTH_BODY_LIMIT: String(limit) } });
  });
  afterAll(() => worker.close());

  const begin = async () => {
    const headers = { authorization: basic("admin", edgePassword) };
    const begun = await worker.fetch("/v2/edge/app/blobs/uploads/", { method: "POST", headers });
    expect(begun.status).toBe(202);
    return onIngest(begun);
  };
  const onIngest = (answer: Response) => {
    const location = answer.headers.get("location") ?? "";
    expect(location).toMatch(/^https:\/\/ingest\.test\/v2\/edge\/app\/blobs\/uploads\/[0-9a-f-]{36}\?ticket=1\./);
    return location.slice(ingest.length);
  };

  it("takes a blob in chunks from whoever has the session's ticket, and writes no ticket into its log", async () => {
    const { bytes, digest } = randomContent(300_000);
    let location = await begin();
    for (const [start, end] of [
      [0, 100_000],
      [100_000, 300_000],
    ] as const) {
      const headers = { "content-range": `${start}-${end - 1}` };
      const sent = await worker.fetch(location, { method: "PATCH", headers, body: bytes.slice(start, end) });
      expect(sent.status).toBe(202);
      location = onIngest(sent);
    }
    expect((await worker.fetch(withDigest(location, digest), { method: "PUT" })).status).toBe(201);
    const mac = location.split(".").at(-1) as string;
    expect(worker.lines.join("\n")).toContain("/v2/edge/app/blobs/uploads/");
    expect(worker.lines.join("\n")).not.toContain(mac);
  });

  it("opens nothing to an altered ticket", async () => {
    const location = (await begin()).replace("ticket=1.", "ticket=1.9");
    expect((await worker.fetch(location)).status).toBe(403);
  });

  it("refuses a larger body than the limit, of known and of unknown length, and says what to do", async () => {
    const { bytes, digest } = randomContent(limit + 1);
    for (const body of [bytes, new Blob([bytes]).stream()]) {
      const answer = await worker.fetch(withDigest(await begin(), digest), { method: "PUT", body });
      expect(answer.status).toBe(413);
      expect(await answer.text()).toContain("begin the upload with POST");
    }
  });
});
