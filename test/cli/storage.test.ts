// `berth storage check` on real files, beside a server that runs and without one.
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { adminOf, type BerthProcess, makeFolder, runBerth, startBerth } from "#test/runtime/berth-process.ts";

describe("berth storage check", { timeout: 60_000 }, () => {
  let berth: BerthProcess;
  let folder: string;
  let path: string;
  const bytes = randomBytes(200_000);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  beforeAll(async () => {
    berth = await startBerth(makeFolder());
    folder = berth.dataDir;
    await push();
    path = `/v2/admin/app/blobs/${digest}`;
  });

  const request = (method: string, where: string, body?: Buffer) =>
    fetch(`${berth.url}${where}`, {
      method,
      headers: { Authorization: adminOf(folder) },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
  const push = async () => {
    const answer = await request("POST", `/v2/admin/app/blobs/uploads/?digest=${digest}`, bytes);
    expect(answer.status).toBe(201);
  };
  const files = () =>
    fs
      .readdirSync(join(folder, "blobs"), { recursive: true, encoding: "utf8" })
      .filter((name) => /^..\/.{36}$/.test(name))
      .map((name) => join(folder, "blobs", name));
  const check = (...options: string[]) => runBerth(["storage", "check", ...options], folder);

  it("finds nothing wrong with what was pushed", async () => {
    const { code, out } = await check("--rehash");
    expect([code, out]).toEqual([0, "1 blobs: 0 damaged, 0 healed, 0 unreadable; 1 objects: 0 stray\n"]);
  });

  it("finds a changed file, which clients miss from then on, and a restored one, which they get again", async () => {
    const [file = ""] = files();
    const changed = Buffer.from(bytes);
    changed[5] = (changed[5] as number) ^ 1;
    fs.writeFileSync(file, changed);
    const found = await check();
    expect(found.code).toBe(1);
    expect(found.out).toContain(`damaged\t${digest}\tdigest, since `);
    expect(found.out).toContain("\tin admin/app\n");
    await expect.poll(async () => (await request("HEAD", path)).status, { timeout: 5000 }).toBe(404);
    fs.writeFileSync(file, bytes);
    const healed = await check();
    expect([healed.code, healed.out]).toEqual([
      0,
      `healed\t${digest}\tits bytes are right again\n1 blobs: 0 damaged, 1 healed, 0 unreadable; 1 objects: 0 stray\n`,
    ]);
    await expect.poll(async () => (await request("HEAD", path)).status, { timeout: 5000 }).toBe(200);
  });

  it("reports files that no row names, and leaves them", async () => {
    const id = crypto.randomUUID();
    const stray = join(folder, "blobs", id.slice(0, 2), id);
    fs.writeFileSync(stray, "what is this?");
    fs.writeFileSync(join(folder, "blobs/00/README"), "and this?");
    const { code, out } = await check();
    expect(code).toBe(0);
    expect(out).toContain(`stray\t${id.slice(0, 2)}/${id}\t`);
    expect(out).toContain("stray\t00/README\t");
    expect(fs.existsSync(stray)).toBe(true);
  });

  it("does not look for what a server keeps in its memory", async () => {
    const { code, err } = await runBerth(["storage", "check"], folder, { BERTH_STORAGE: "memory:" });
    expect([code, err]).toEqual([1, "berth: what is kept in memory only the server itself can look at\n"]);
  });

  it("works without a server, and takes an empty place for the store no more than a start does", async () => {
    await berth.stop();
    expect((await check("--rehash")).code).toBe(0);
    fs.renameSync(join(folder, "blobs"), join(folder, "elsewhere"));
    const { code, err, out } = await check();
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("is it mounted?");
    const start = await runBerth(["start"], folder);
    expect([start.code, start.err]).toEqual([1, err]);
    expect(fs.existsSync(join(folder, "blobs/berth-store.json"))).toBe(false);
    fs.rmSync(join(folder, "blobs"), { recursive: true });
    fs.renameSync(join(folder, "elsewhere"), join(folder, "blobs"));
    expect((await check()).out).toContain("1 blobs: 0 damaged");
  });
});
