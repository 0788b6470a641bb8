import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import { beforeAll, expect, it } from "vitest";
import { needs } from "#test/setup/needs.ts";
import { adminOf, type BerthProcess, type Ended, makeFolder, startBerth } from "./berth-process.ts";

const headers = { authorization: adminOf("", "a password of mine") };
const bytes = randomBytes(3_000_000);
const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const blob = `/v2/team/app/blobs/${digest}`;

const folder = makeFolder();
const start = (at = folder) => startBerth(at, { BERTH_ADMIN_PASSWORD: "a password of mine" });
let berth: BerthProcess;
beforeAll(async () => {
  berth = await start();
});

async function beginUpload(): Promise<string> {
  const began = await fetch(`${berth.url}/v2/team/app/blobs/uploads/`, { method: "POST", headers });
  expect(began.status).toBe(202);
  return began.headers.get("location") as string;
}

/** An upload request whose body is sent as the test likes. */
function send(method: string, path: string) {
  const request = http.request(`${berth.url}${path}`, {
    method,
    headers: { ...headers, "content-type": "application/octet-stream", "transfer-encoding": "chunked" },
  });
  const status = new Promise<number>((resolve, reject) => {
    request.once("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.once("error", reject);
  });
  // A request that a kill cuts off has no answer, which the test that kills does not wait for.
  status.catch(() => {});
  return { request, status };
}

/** Waits until the session has taken as many bytes. */
async function offsetOf(session: string): Promise<number> {
  const answer = await fetch(`${berth.url}${session}`, { headers });
  expect(answer.status).toBe(204);
  return Number((answer.headers.get("range") as string).split("-")[1]) + 1;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function content(url: string): Promise<boolean> {
  const answer = await fetch(`${url}${blob}`, { headers });
  return answer.status === 200 && bytes.equals(Buffer.from(await answer.arrayBuffer()));
}

it("on SIGTERM an upload under way may end, whatever else is asked gets 503, and the exit code is 0", async () => {
  const session = await beginUpload();
  const patch = send("PATCH", session);
  patch.request.write(bytes.subarray(0, 1_000_000));
  await sleep(100);
  const ended = berth.stop();
  await berth.says(/stopping: requests under way may end/);
  const refused = await fetch(`${berth.url}/v2/`, { headers });
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("5");
  expect(await refused.json()).toMatchObject({ errors: [{ code: "UNAVAILABLE" }] });
  const health = await fetch(`${berth.url}/health`);
  expect(health.status).toBe(503);
  const another = await fetch(`${berth.url}/v2/team/app/blobs/uploads/`, { method: "POST", headers });
  expect(another.status).toBe(503);
  patch.request.end(bytes.subarray(1_000_000, 2_000_000));
  expect(await patch.status).toBe(202);
  // The same upload's next request may come on a new connection.
  const put = send("PUT", `${session}?digest=${digest}`);
  put.request.end(bytes.subarray(2_000_000));
  expect(await put.status).toBe(201);
  expect(await ended).toMatchObject({ code: 0, err: "" } satisfies Partial<Ended>);
});

it("a cold copy of the data folder serves what was pushed, and has the same accounts", async () => {
  const copy = await start(makeFolder(folder));
  expect(await content(copy.url)).toBe(true);
  expect((await copy.stop()).code).toBe(0);
});

const alone = needs("no sockets for children");
alone.it(
  alone.name(
    "after kill -9 it starts again by itself, with all that was acknowledged, and an upload goes on where it stood",
  ),
  async () => {
    berth = await start();
    const session = await beginUpload();
    const patch = send("PATCH", session);
    patch.request.end(bytes.subarray(0, 1_200_000));
    expect(await patch.status).toBe(202);
    const cut = send("PATCH", session);
    cut.request.write(bytes.subarray(1_200_000, 1_500_000));
    await sleep(200);
    berth.child.kill("SIGKILL");
    expect((await berth.ended).code).toBe(null);

    berth = await start();
    expect(await content(berth.url)).toBe(true);
    expect(await offsetOf(session)).toBe(1_200_000);
    const wrong = await fetch(`${berth.url}${session}`, {
      method: "PATCH",
      body: new Uint8Array(10),
      headers: { ...headers, "content-range": "5-14" },
    });
    expect(wrong.status).toBe(416);
    const rest = send("PUT", `${session}?digest=${digest}`);
    rest.request.end(bytes.subarray(1_200_000));
    expect(await rest.status).toBe(201);
    expect(await content(berth.url)).toBe(true);
    expect((await berth.stop()).code).toBe(0);
  },
);
