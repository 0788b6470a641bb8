// Acknowledged means on disk: strace shows which syncs were over when the program wrote its 201 to the socket.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { describe as describeBlob, mediaTypes, sha256 } from "#test/clients/setup/image.ts";
import { pushBlob, pushManifest, request } from "#test/clients/setup/registry.ts";
import { mustRun } from "#test/clients/setup/run.ts";
import { type Call, findChain, type Match, readCalls, type Step } from "./setup/calls.ts";
import { processTree } from "./setup/processes.ts";
import { attach, type Trace } from "./setup/strace.ts";

const watched = ["-e", "trace=fsync,fdatasync,pwrite64,write,writev,sendto"];
const times = [1, 2, 3];
const checkout = join(import.meta.dirname, "../../..");
const removal = `
  import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
  const store = await createFsBlobStore(process.argv[1]);
  const key = "ab/" + crypto.randomUUID();
  await (await store.openWriter(key, { offset: 0, state: null })).seal();
  await store.remove(key);
`;

/** A Berth that runs under strace, and the calls that it made while something was done. */
interface Watched {
  berth: Berth;
  during(work: () => Promise<unknown>): Promise<Call[]>;
  stop(): Promise<void>;
}

async function watchBerth(settings: Record<string, string>): Promise<Watched> {
  const berth = await startBerth(await makeHome("embedded", settings));
  await pushBlob(berth, "order/app", randomBytes(10)); // The repository, and the password, are known from here on.
  const trace = await attach(processTree(berth.pid), watched);
  return {
    berth,
    during: (work) => callsDuring(trace, work),
    async stop() {
      await trace.detach();
      await berth.stop();
    },
  };
}

async function callsDuring(trace: Trace, work: () => Promise<unknown>): Promise<Call[]> {
  const before = trace.lines().length - 1;
  await work();
  for (let calls: Call[] = []; ; await pause(20)) {
    calls = readCalls(trace.lines().slice(before));
    const end = calls.findLastIndex(answers201);
    if (end >= 0) return calls.slice(0, end + 1);
  }
}

async function pushInThree(berth: Berth): Promise<void> {
  const blob = randomBytes(3_000_000);
  const begun = await request(berth, "/v2/order/app/blobs/uploads/", { method: "POST" });
  const patched = await request(berth, begun.headers.get("location") as string, { method: "PATCH", body: blob });
  expect(patched.status).toBe(202);
  const put = `${patched.headers.get("location")}?digest=${sha256(blob)}`;
  expect((await request(berth, put, { method: "PUT" })).status).toBe(201);
}

async function pushTag(berth: Berth): Promise<void> {
  const config = randomBytes(10);
  await pushBlob(berth, "order/app", config);
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, layers: [] };
  const bytes = Buffer.from(JSON.stringify({ ...manifest, config: describeBlob(mediaTypes.config, config) }));
  await pushManifest(berth, "order/app", { reference: "latest", bytes });
}

const answers201: Match = ({ name, words }) => name.startsWith("write") && words.includes('"HTTP/1.1 201');
const synced = (path: RegExp): Match => {
  return ({ name, words, result }) => /^f(data)?sync$/.test(name) && path.test(words) && result === "0";
};
const wroteLog: Match = ({ name, words }) => name === "pwrite64" && words.includes("/pg_wal/");
const syncedFile = synced(/\/blobs\/[0-9a-f]{2}\/[0-9a-f-]{36}>/);
const syncedFolder = synced(/\/blobs\/[0-9a-f]{2}>/);
const syncedLog = synced(/\/postgres\/pg_wal\//);
const answersAfterSync: Step = ({ name, pid }, before) => name === "sendto" && pid === before?.pid;

/** Which syncs were over when the 201 was written, in words. */
function orderOf(calls: Call[], steps: Record<string, Step>): string[] {
  for (let most = Object.keys(steps).length; most > 0; most--) {
    const chain = findChain(calls, Object.values(steps).slice(0, most));
    if (chain) return Object.keys(steps).slice(0, most);
  }
  return [];
}

const commit = {
  "the log is written": wroteLog,
  "the log is synced": syncedLog,
  "the session that synced it answers": answersAfterSync,
  "the client is told 201": answers201,
};
const push = { "the file is synced": syncedFile, "its folder is synced": syncedFolder, ...commit };

describe("what is on disk when a push is acknowledged", () => {
  let watch: Watched;
  beforeAll(async () => {
    watch = await watchBerth({});
  });
  afterAll(() => watch?.stop());

  it.each(times)("a blob's file, then its folder, then the database's log (%i)", async () => {
    const calls = await watch.during(() => pushInThree(watch.berth));
    expect(orderOf(calls, push)).toEqual(Object.keys(push));
    // However often it was synced: it is one file, in the folder that was synced.
    const files = new Set(calls.filter(syncedFile).map(({ words }) => /<(.*)>/.exec(words)?.[1] as string));
    const folders = new Set(calls.filter(syncedFolder).map(({ words }) => /<(.*)>/.exec(words)?.[1]));
    expect([...files].map((file) => join(file, ".."))).toEqual([...folders]);
  });

  it.each(times)("a manifest's and a tag's part of the database's log (%i)", async () => {
    const calls = await watch.during(() => pushTag(watch.berth));
    const lastPush = calls.slice(0, -1).findLastIndex(answers201);
    expect(orderOf(calls.slice(lastPush + 1), commit)).toEqual(Object.keys(commit));
  });
});

describe("what is on disk when the store has removed a file", () => {
  it("the folder without it, so that its row may go", async () => {
    const { folder } = inject("run");
    const [calls, store] = [join(folder, "removal"), join(folder, "removal-store")];
    const node = [join(checkout, "node_modules/.bin/node"), "--input-type=module", "-e", removal, store];
    const watching = ["strace", "-f", "-y", "-o", calls, "-e", "trace=fsync,unlink,unlinkat"];
    await mustRun([...watching, ...node], { cwd: checkout, env: { PATH: process.env.PATH } });
    const steps: Match[] = [({ name, words }) => /^unlink/.test(name) && words.includes("/ab/"), synced(/\/ab>/)];
    expect(findChain(readCalls(readFileSync(calls, "utf8").split("\n")), steps)).not.toBeNull();
  });
});

describe("what is on disk when a push is acknowledged with BERTH_DURABILITY=relaxed", () => {
  let watch: Watched;
  beforeAll(async () => {
    watch = await watchBerth({ BERTH_DURABILITY: "relaxed" });
  });
  afterAll(() => watch?.stop());

  it("nothing: no file is synced, no session of the database waits for its log", async () => {
    const calls = await watch.during(() => pushInThree(watch.berth));
    expect(calls.filter(syncedFile)).toEqual([]);
    expect(calls.filter(syncedFolder)).toEqual([]);
    expect(sessionsThatSynced(calls)).toEqual([]);
  });

  it("says so when it starts", () => {
    const said = watch.berth.output().match(/BERTH_DURABILITY=relaxed.*/g);
    expect(said).toHaveLength(2); // In the log and in the banner.
  });
});

/** Processes that synced the log and answered somebody: the one that writes the log now and then answers nobody. */
function sessionsThatSynced(calls: Call[]): string[] {
  const answering = new Set(calls.filter(({ name }) => name === "sendto").map(({ pid }) => pid));
  return calls.filter((call) => syncedLog(call) && answering.has(call.pid)).map(({ pid }) => pid);
}
