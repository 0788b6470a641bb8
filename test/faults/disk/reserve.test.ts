// Data and database lie on a small disk: uploads stop at the reserve, so that the database never meets the disk's end.
import { randomBytes } from "node:crypto";
import http from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { getToken, listTags, pushBlob, readWhole, request } from "#test/clients/setup/registry.ts";
import { sendStream } from "#test/clients/setup/stream.ts";
import { makeHomeAt } from "./setup/home.ts";
import { type Mount, mountTmpfs } from "./setup/mounts.ts";
import { send } from "./setup/send.ts";
import { begin, patch, post, pushSmallImage, put, refusalOf, statusOf, waitUntil } from "./setup/uploads.ts";

const repository = "full/app";
const mebibyte = 2 ** 20;
const reserveMiB = 100;
const full = { status: 507, code: "DENIED", message: expect.stringContaining("almost full") };

describe("a disk that has no more than its reserve left", () => {
  let mount: Mount;
  let berth: Berth;
  let session: string;
  const [first, second] = [randomBytes(mebibyte), randomBytes(mebibyte)];
  beforeAll(async () => {
    mount = await mountTmpfs(400);
    berth = await startBerth(makeHomeAt(mount.folder, { BERTH_FREE_SPACE_RESERVE: `${reserveMiB}MiB` }));
    await pushSmallImage(berth, repository, "1");
    session = await begin(berth, repository);
    expect((await patch(berth, session, first)).status).toBe(202);
  });
  afterAll(async () => {
    await berth?.stop();
    await mount?.unmount();
  });

  it("takes uploads down to the reserve, then refuses with 507 and says when to come back", async () => {
    await mount.leaveFree(reserveMiB + 20);
    await pause(1000); // What others write is seen after a moment.
    let answer = await post(berth, repository, randomBytes(4 * mebibyte));
    for (let pushed = 0; answer.status === 201 && pushed < 20; pushed++)
      answer = await post(berth, repository, randomBytes(4 * mebibyte));
    expect(await refusalOf(answer)).toMatchObject({ ...full, retryAfterSeconds: 60 });
    expect(mount.freeMiB()).toBeGreaterThan(reserveMiB - 16);
  });

  it("refuses every way to bring bytes, and the session from before stands where it stood", async () => {
    await mount.leaveFree(reserveMiB - 1);
    const said = () => begin(berth, repository).catch((error: Error) => error.message);
    expect(await waitUntil(async () => (await said()).includes("507"), 5), "a session is refused").toBe(true);
    expect(await refusalOf(await patch(berth, session, second))).toMatchObject(full);
    const last = { digest: sha256(Buffer.concat([first, second])), body: second };
    expect(await refusalOf(await put(berth, session, last))).toMatchObject(full);
    const status = await request(berth, session);
    expect([status.status, status.headers.get("range")]).toEqual([204, `0-${mebibyte - 1}`]);
  });

  it("leaves the connection of a refused push usable, or says that it is closed", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 5; round++) {
      const path = `/v2/${repository}/blobs/uploads/?digest=${sha256(first)}`;
      const refused = await send(berth, { method: "POST", path, body: randomBytes(5 * mebibyte), agent });
      expect(refused.status).toBe(507);
      expect((await send(berth, { method: "GET", path: "/v2/", agent })).status).toBe(200);
    }
    agent.destroy();
  });

  it("serves what is there, and the database goes on: tags move, manifests come and go", async () => {
    const { bytes } = await readWhole(berth, repository, "1");
    const headers = { "content-type": JSON.parse(bytes.toString()).mediaType };
    const path = `/v2/${repository}/manifests/2`;
    expect((await request(berth, path, { method: "PUT", headers, body: new Uint8Array(bytes) })).status).toBe(201);
    expect(await listTags(berth, repository)).toEqual(["1", "2"]);
    expect((await request(berth, path, { method: "DELETE" })).status).toBe(202);
  });

  it("goes on when there is space again, the session from before too", async () => {
    await mount.leaveFree(reserveMiB + 50);
    const blob = randomBytes(mebibyte);
    expect(await waitUntil(async () => (await post(berth, repository, blob)).status === 201, 5)).toBe(true);
    expect((await patch(berth, session, second)).status).toBe(202);
    expect((await put(berth, session, { digest: sha256(Buffer.concat([first, second])) })).status).toBe(201);
    expect(await statusOf(berth, repository, sha256(blob))).toBe(200);
  });

  it("stops uploads of unknown length on their way, many at once, with half of the reserve untouched", async () => {
    await mount.leaveFree(reserveMiB + 60);
    await pushBlob(berth, repository, randomBytes(10));
    const token = await getToken(berth, `repository:${repository}:push,pull`);
    const sessions = await Promise.all(Array.from({ length: 8 }, () => begin(berth, repository)));
    let lowest = mount.freeMiB();
    const watch = setInterval(() => {
      lowest = Math.min(lowest, mount.freeMiB());
    }, 5);
    // They begin slowly, so that all are let in while there is room.
    const body = { sizeBytes: 60 * mebibyte, pace: { bytesPerSecond: 100_000, seconds: 1 } };
    const sent = sessions.map((one) => sendStream(`http://${berth.host}${one}`, token, body));
    const answers = (await Promise.allSettled(sent)).map((end) => (end.status === "fulfilled" ? end.value.status : 0));
    clearInterval(watch);
    console.log(`${answers}; ${lowest.toFixed()} MiB stayed free of a reserve of ${reserveMiB}`);
    expect(answers).toContain(507);
    expect(lowest).toBeGreaterThan(reserveMiB / 2);
  });
});
