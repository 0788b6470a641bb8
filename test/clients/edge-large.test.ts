// A layer of 1 GiB through the Worker, in chunks as clients send them that must stay below a limit of bodies; what memory it takes.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrateDatabase } from "#db/connect/migrate.ts";
import { startWorkerd, type Workerd } from "#runtime/cloudflare/dev/workerd.ts";
import { makeHome, password, user } from "./setup/berth.ts";
import { pause } from "./setup/daemon.ts";

const mebibyte = 1024 * 1024;
const chunkBytes = 64 * mebibyte;
/** workerd's process grows with the first 512 MiB or so that pass, without Berth as well (docs/edge.md). */
const warmUps = 8;
/** What a layer sixteen times as large may cost more. */
const mostGrownBytes = 32_000_000;
const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

describe("a layer of 1 GiB through the Worker", () => {
  let workerd: Workerd;
  beforeAll(async () => {
    const { env, dataDir } = await makeHome("server");
    const { DATABASE_URL: databaseUrl, BERTH_SECRET_KEY } = env as { DATABASE_URL: string; BERTH_SECRET_KEY: string };
    await migrateDatabase({ url: databaseUrl }, join(import.meta.dirname, "../../db/migrations"));
    mkdirSync(join(dataDir, "workerd"));
    const settings = { BERTH_SECRET_KEY, BERTH_ADMIN_PASSWORD: password };
    const listen = { hostname: "127.0.0.1", port: 0 };
    const start = () =>
      startWorkerd({
        databaseUrl,
        settings,
        listen,
        persist: join(dataDir, "workerd"),
        inspector: true,
        onLine: () => {},
      });
    // The first start makes the admin, whose password takes its time.
    const first = await start();
    expect((await fetch(`${first.origin}/v2/`)).status).toBe(401);
    await first.stop();
    workerd = await start();
    // It says that it is ready before its processes are.
    await pause(3000);
  });
  afterAll(() => workerd?.stop());

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${workerd.origin}${path}`, { ...init, headers: { authorization, ...(init.headers as object) } });

  it("is begun at once by an isolate that has done nothing yet", async () => {
    const startedMs = performance.now();
    expect((await ask("/live")).status).toBe(200);
    expect((await fetch(`${workerd.origin}/v2/`)).status).toBe(401);
    const tookMs = Math.round(performance.now() - startedMs);
    console.log(`the first requests of an isolate: ${tookMs} ms`);
    // 300 ms are asked and 110 to 190 were measured; machines with other work took 484 and more.
    expect(tookMs).toBeLessThan(1500);
  });

  it("goes in and out whole, and takes no more memory than a small one", async () => {
    const isolate = await watchIsolate(workerd.inspectorUrl as string);
    try {
      const piece = randomBytes(chunkBytes);
      for (let i = 0; i < warmUps; i++) await push(ask, piece, 1);
      const small = await peakOf(isolate, () => push(ask, piece, 1));
      const large = await peakOf(isolate, () => push(ask, piece, 16));
      const pull = await peakOf(isolate, async () => {
        const pulled = createHash("sha256");
        const answer = await ask(`/v2/large/layer/blobs/${large.value}`);
        expect(answer.headers.get("content-length")).toBe(String(16 * chunkBytes));
        for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) pulled.update(bytes);
        return `sha256:${pulled.digest("hex")}`;
      });
      expect(pull.value).toBe(large.value);
      for (const [name, { heapBytes, bufferBytes, residentBytes }] of Object.entries({ small, large, pull }))
        console.log(
          `${name}: heap ${mib(heapBytes)}, buffers ${mib(bufferBytes)}, workerd's process ${mib(residentBytes)} MiB at most`,
        );
      for (const { heapBytes } of [small, large, pull]) expect(heapBytes).toBeLessThan(64_000_000);
      // What the isolate holds in all, of which its buffers are the parts under way.
      const grownBytes = large.heapBytes + large.bufferBytes - small.heapBytes - small.bufferBytes;
      expect(grownBytes).toBeLessThan(mostGrownBytes);
      // Local R2 is in this process, and now and then takes 65 MiB more at a time, for a Worker of a few lines as for this one.
      expect(large.residentBytes - small.residentBytes).toBeLessThan(mostGrownBytes + 100_000_000);
    } finally {
      isolate.stop();
    }
  }, 900_000);
});

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Sends the piece so many times, each with another beginning. @returns the digest of it all. */
async function push(ask: Ask, piece: Buffer, times: number): Promise<string> {
  const hash = createHash("sha256");
  const begun = await ask("/v2/large/layer/blobs/uploads/", { method: "POST" });
  let location = begun.headers.get("location") as string;
  for (let i = 0; i < times; i++) {
    piece.writeUInt32LE(i, 0);
    piece.writeDoubleLE(performance.now(), 8);
    hash.update(piece);
    const at = i * piece.byteLength;
    const range = `${at}-${at + piece.byteLength - 1}`;
    const sent = await ask(location, {
      method: "PATCH",
      headers: { "content-range": range },
      body: new Uint8Array(piece),
    });
    expect([sent.status, await sent.text()]).toEqual([202, ""]);
    location = sent.headers.get("location") as string;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  const done = await ask(`${location}?digest=${digest}`, { method: "PUT" });
  expect([done.status, await done.text()]).toEqual([201, ""]);
  return digest;
}

interface Peaks {
  /** JavaScript's objects. */
  heapBytes: number;
  /** What the isolate holds outside of its heap: the memory of its ArrayBuffers. */
  bufferBytes: number;
  /** Of the process in which the isolate is, and local R2 with it. */
  residentBytes: number;
}

/** The most memory that was held while the work was done. */
async function peakOf<T>(isolate: Isolate, work: () => Promise<T>): Promise<Peaks & { value: T }> {
  const pid = workerProcess();
  const read = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  let residentBytes = 0;
  const look = () => {
    residentBytes = Math.max(residentBytes, read());
  };
  isolate.begin();
  const timer = setInterval(look, 50);
  try {
    const value = await work();
    look();
    return { value, residentBytes, ...isolate.peaks() };
  } finally {
    clearInterval(timer);
  }
}

/**
 * The process that this one has started for the Worker. Another, with wrangler's own proxy, hands requests and the inspector's
 * messages on: that grows by each answer of the inspector, so with time, and is not there when a Worker is deployed.
 */
function workerProcess(): string {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  const ours = readdirSync("/proc").filter((pid) => {
    const status = /^\d+$/.test(pid) ? read(pid, "status") : "";
    const isChild = new RegExp(`^PPid:\\s+${process.pid}$`, "m").test(status) && /^Name:\s+workerd$/m.test(status);
    return isChild && read(pid, "cmdline").includes("--inspector-addr=");
  });
  expect(ours).toHaveLength(1);
  return ours[0] as string;
}

type Isolate = Awaited<ReturnType<typeof watchIsolate>>;

/** Asks the isolate again and again how much it holds. */
async function watchIsolate(url: string) {
  const [target] = (await (await fetch(new URL("/json", url))).json()) as { webSocketDebuggerUrl: string }[];
  // Node's own option: the inspector answers a page of this machine only.
  const options = { headers: { origin: "http://localhost" } } as unknown as string[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl as string, options);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`no inspector at ${url}`));
  });
  let heapBytes = 0;
  let bufferBytes = 0;
  let id = 0;
  socket.onmessage = ({ data }) => {
    const { result } = JSON.parse(String(data)) as { result?: { usedSize?: number; backingStorageSize?: number } };
    heapBytes = Math.max(heapBytes, result?.usedSize ?? 0);
    bufferBytes = Math.max(bufferBytes, result?.backingStorageSize ?? 0);
  };
  const timer = setInterval(() => socket.send(JSON.stringify({ id: ++id, method: "Runtime.getHeapUsage" })), 200);
  return {
    begin() {
      heapBytes = 0;
      bufferBytes = 0;
    },
    peaks() {
      if (heapBytes === 0 || bufferBytes === 0) throw new Error("the inspector told nothing of the isolate's memory");
      return { heapBytes, bufferBytes };
    },
    stop() {
      clearInterval(timer);
      socket.close();
    },
  };
}

function mib(bytes: number): number {
  return Math.round(bytes / mebibyte);
}
