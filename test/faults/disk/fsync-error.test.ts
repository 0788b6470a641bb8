// A sync that fails is a push that failed: it is not acknowledged, nothing of it is visible, and the next one is whole.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { pushBlob, request } from "#test/clients/setup/registry.ts";
import { databaseProcesses } from "./setup/processes.ts";
import { attach, type Trace } from "./setup/strace.ts";
import { begin, patch, post, put, refusalOf, statusOf, waitUntil } from "./setup/uploads.ts";

const repository = "eio/app";
const failingSyncs = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"];

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth(await makeHome("embedded"));
  await pushBlob(berth, repository, randomBytes(10));
});
afterAll(() => berth?.stop());

describe("while the store's syncs fail", () => {
  const blob = randomBytes(300_000);
  const digest = sha256(blob);
  let trace: Trace;
  let unsynced: string;
  let sealed: string;
  beforeAll(async () => {
    unsynced = await begin(berth, repository);
    sealed = await begin(berth, repository);
    expect((await patch(berth, sealed, blob.subarray(0, 200_000))).status).toBe(202);
    trace = await attach([berth.pid], failingSyncs);
  });
  afterAll(() => trace?.detach());

  it("refuses a push in one request", async () => {
    await expectRefusal(await post(berth, repository, blob));
  });

  it("refuses a chunk, and the session stands where it stood", async () => {
    await expectRefusal(await patch(berth, unsynced, blob));
    const status = await request(berth, unsynced);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-0"]);
  });

  it("refuses a last chunk, and the session is over", async () => {
    await expectRefusal(await put(berth, sealed, { digest, body: blob.subarray(200_000) }));
    expect((await request(berth, sealed)).status).toBe(404);
  });

  it("refuses a body of which a part was synced ahead of its end, and takes no later sync's word for that part", async () => {
    const large = randomBytes(80 * 1024 * 1024);
    await expectRefusal(await patch(berth, await begin(berth, repository), large));
    expect(await statusOf(berth, repository, sha256(large))).toBe(404);
  });

  it("shows nothing of them", async () => {
    expect(await statusOf(berth, repository, digest)).toBe(404);
    const mount = `/v2/eio/other/blobs/uploads/?mount=${digest}&from=${repository}`;
    expect((await request(berth, mount, { method: "POST" })).status).toBe(202);
  });

  it("tries no file a second time: the kernel reports a lost page once, then the sync succeeds", () => {
    const failed = trace.lines().filter((line) => line.includes("(INJECTED)"));
    const files = failed.map((line) => /<(.*)>/.exec(line)?.[1]);
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect([...files].sort()).toEqual([...new Set(files)].sort());
  });

  it("goes on as soon as they succeed: the untouched session, and a new push", async () => {
    await trace.detach();
    const other = randomBytes(300_000);
    expect((await patch(berth, unsynced, other)).status).toBe(202);
    expect((await put(berth, unsynced, { digest: sha256(other) })).status).toBe(201);
    await pushBlob(berth, repository, blob);
    for (const bytes of [blob, other]) await expectBlob(bytes);
  });
});

describe("while the database's syncs fail", () => {
  const blob = randomBytes(1000);

  it("acknowledges nothing, and goes on by itself when they succeed", async () => {
    const known = randomBytes(1000);
    await pushBlob(berth, repository, known);
    const trace = await attach(databaseProcesses(berth.pid), failingSyncs);
    await expectRefusal(await post(berth, repository, blob));
    await trace.detach();
    // PostgreSQL gives up when its log cannot be synced; it is started again and replays what is on the disk.
    const back = await waitUntil(async () => (await statusOf(berth, repository, sha256(known))) === 200, 20);
    expect(back, "the database came back").toBe(true);
    await pushBlob(berth, repository, blob);
    for (const bytes of [known, blob]) await expectBlob(bytes);
  });
});

async function expectRefusal(answer: Response): Promise<void> {
  const { retryAfterSeconds, ...refusal } = await refusalOf(answer);
  expect(refusal).toMatchObject({ status: 503, code: "UNAVAILABLE" });
  expect(retryAfterSeconds).toBeGreaterThan(0);
}

async function expectBlob(bytes: Buffer): Promise<void> {
  const answer = await request(berth, `/v2/${repository}/blobs/${sha256(bytes)}`);
  expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(bytes));
}
