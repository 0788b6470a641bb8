// Without a reserve, uploads and the database meet the end of the disk: nothing acknowledged is lost, and space is all it takes.
import { randomBytes, randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { mediaTypes, sha256 } from "#test/clients/setup/image.ts";
import { audit, createLedger, noteTry } from "#test/clients/setup/ledger.ts";
import { pushBlob, request } from "#test/clients/setup/registry.ts";
import { makeHomeAt } from "./setup/home.ts";
import { type Mount, mountTmpfs } from "./setup/mounts.ts";
import { send } from "./setup/send.ts";
import { begin, post, put, waitUntil } from "./setup/uploads.ts";

const repository = "end/app";
const mebibyte = 2 ** 20;

describe("a disk that is full to its last byte", () => {
  let mount: Mount;
  let berth: Berth;
  const ledger = createLedger();
  const known = randomBytes(mebibyte);
  /** How often each status was answered. */
  const answers: Record<string, Record<number, number>> = { push: {}, pull: {}, tags: {} };
  beforeAll(async () => {
    mount = await mountTmpfs(400);
    berth = await startBerth(makeHomeAt(mount.folder, { BERTH_FREE_SPACE_RESERVE: "0" }));
    await pushBlob(berth, repository, known);
  });
  afterAll(async () => {
    await berth?.stop();
    await mount?.unmount();
  });

  it("answers pushes that meet it with 507 or 503, never with anything else that is no success", async () => {
    await mount.leaveFree(20);
    const late = Date.now() + 30_000;
    const isOver = () => Date.now() > late || (count("push", 507) > 0 && count("push", 507) + count("push", 503) > 50);
    await Promise.all([pushUntil, pushUntil, pushUntil, pullUntil, tagUntil].map((work) => work(isOver)));
    console.log(`answered ${JSON.stringify(answers)}; ${mount.freeMiB().toFixed(1)} MiB were free`);
    expect(count("push", 507)).toBeGreaterThan(0);
    expect(count("pull", 200)).toBeGreaterThan(0);
    expect(strange()).toEqual([]);
  });

  it("does the same when the database has no byte left", async () => {
    await mount.leaveFree(0);
    const late = Date.now() + 4000;
    await Promise.all([pushUntil, pullUntil, tagUntil, tagUntil].map((work) => work(() => Date.now() > late)));
    console.log(`answered ${JSON.stringify(answers)}; ${mount.freeMiB().toFixed(1)} MiB were free`);
    expect(strange()).toEqual([]);
  });

  it("goes on by itself when there is space again", async () => {
    await mount.leaveFree(150);
    const blob = randomBytes(1000);
    expect(await waitUntil(async () => (await post(berth, repository, blob)).status === 201, 30)).toBe(true);
    const session = await begin(berth, repository);
    expect((await put(berth, session, { digest: sha256(blob), body: blob })).status).toBe(201);
  });

  it("has everything that it acknowledged, and nothing half", async () => {
    expect(await audit(berth, ledger)).toEqual([]);
    expect([...ledger.entries.values()].filter(({ acknowledged }) => acknowledged).length).toBeGreaterThan(5);
  });

  async function pushUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const blob = randomBytes(randomInt(100, mebibyte));
      const digest = sha256(blob);
      const acknowledge = noteTry(ledger, { kind: "blobs", repository, digest, sizeBytes: blob.length, needs: [] });
      const { status } = await post(berth, repository, blob);
      if (status === 201) acknowledge();
      note("push", status);
    }
  }

  async function pullUntil(isOver: () => boolean): Promise<void> {
    for (; !isOver(); await pause(50)) {
      const answer = await request(berth, `/v2/${repository}/blobs/${sha256(known)}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.status === 200) expect(sha256(bytes)).toBe(sha256(known));
      note("pull", answer.status);
    }
  }

  /** Work for the database alone: tags come and go. */
  async function tagUntil(isOver: () => boolean): Promise<void> {
    const headers = { "content-type": mediaTypes.index };
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] }));
    while (!isOver()) {
      const path = `/v2/${repository}/manifests/${randomBytes(4).toString("hex")}`;
      note("tags", (await send(berth, { method: "PUT", path, headers, body })).status);
      if (randomInt(2) === 0) note("tags", (await send(berth, { method: "DELETE", path })).status);
    }
  }

  function count(what: string, status: number): number {
    return answers[what]?.[status] ?? 0;
  }

  function strange(): string[] {
    const allowed = ["200", "201", "202", "404", "503", "507"];
    return Object.values(answers).flatMap((of) => Object.keys(of).filter((status) => !allowed.includes(status)));
  }

  function note(what: string, status: number): void {
    const of = answers[what] as Record<number, number>;
    of[status] = (of[status] ?? 0) + 1;
  }
});
