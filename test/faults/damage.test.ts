// Files of blobs are flipped, shortened and deleted behind a Berth that runs: nobody gets wrong bytes to a clean end, the blob is
// missing from then on, the operator is told, and the next push heals it.
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSql, type Sql } from "#db/connect/server.ts";
import { type Berth, databases, type Home, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { type Image, mediaTypes, sha256 } from "#test/clients/setup/image.ts";
import { pushBlob, pushImage, readWhole, request } from "#test/clients/setup/registry.ts";

const mebibyte = 1024 * 1024;
const metricsToken = "damage-metrics";

/** Small ones are answered whole, large ones as a stream that may break in the middle. */
const sizes = { small: 3000, middle: 300_000, large: 5 * mebibyte };
type Size = keyof typeof sizes;

/** What happens to a file on disk. */
const damages = {
  flipped(file: string) {
    const bytes = readFileSync(file);
    bytes[bytes.length - 7] = (bytes[bytes.length - 7] as number) ^ 1;
    writeFileSync(file, bytes);
  },
  shortened: (file: string) => truncateSync(file, statSync(file).size - 1),
  emptied: (file: string) => truncateSync(file, 0),
  lengthened: (file: string) => writeFileSync(file, randomBytes(10), { flag: "a" }),
  deleted: (file: string) => rmSync(file),
};
type Damage = keyof typeof damages;

function makeImage(size: Size): Image {
  const layer = randomBytes(sizes[size]);
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", salt: sha256(layer) }));
  const describe = (mediaType: string, blob: Buffer) => ({ mediaType, digest: sha256(blob), size: blob.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: describe(mediaTypes.config, config),
      layers: [describe(mediaTypes.layer, layer)],
    }),
  );
  const blobs = new Map([layer, config].map((blob) => [sha256(blob), blob]));
  return { blobs, manifest, digest: sha256(manifest) };
}

/** The file that the digest names; the same bytes may lie in others, which were pushed again and wait to be removed. */
async function fileOf(home: Home, digest: string): Promise<string> {
  const [row] = await ask(home, (sql) => {
    const hex = digest.slice("sha256:".length);
    return sql<{ key: string }[]>`select key from blob join blob_digest on blob_id = id where hex = ${hex}`;
  });
  return join(home.dataDir, "blobs", row?.key as string);
}

async function ask<T>({ dataDir, env }: Home, question: (sql: Sql) => Promise<T>): Promise<T> {
  const embedded = { path: join(dataDir, "run/.s.PGSQL.5432"), username: "berth", database: "berth" };
  const sql = openSql(env.DATABASE_URL ? { url: env.DATABASE_URL } : embedded, { max: 1 });
  try {
    return await question(sql);
  } finally {
    await sql.end();
  }
}

/** How a client that checks nothing but the length sees it. */
async function pull(berth: Berth, path: string, range?: string): Promise<{ status: number; ended: string }> {
  const answer = await request(berth, path, range ? { headers: { range } } : {});
  const ended = await answer.text().then(
    (text) => (answer.ok ? "clean" : JSON.parse(text).errors[0].code),
    () => "broken",
  );
  return { status: answer.status, ended };
}

describe.each(databases)("files damaged under a Berth, database: %s", (database) => {
  let home: Home;
  let berth: Berth;
  beforeAll(async () => {
    home = await makeHome(database, { BERTH_METRICS_TOKEN: metricsToken });
    berth = await startBerth(home);
  });
  afterAll(() => berth?.stop());

  const marked = async () => {
    const answer = await request(berth, "/metrics", { headers: { authorization: `Bearer ${metricsToken}` } });
    return Number(/^berth_blobs_marked (\d+)$/m.exec(await answer.text())?.[1]);
  };
  const alerts = () =>
    berth
      .output()
      .split("\n")
      .filter((line) => line.includes("answered as missing until it is pushed again"));

  const expectMissing = async (path: string) => {
    expect((await request(berth, path, { method: "HEAD" })).status).toBe(404);
    expect((await pull(berth, path)).status).toBe(404);
  };
  /** As docker goes about it: what HEAD does not find is pushed. */
  const expectHealed = async (image: Image, repository: string, other: string) => {
    for (const [digest, blob] of image.blobs) {
      const { status } = await request(berth, `/v2/${repository}/blobs/${digest}`, { method: "HEAD" });
      if (status === 404) await pushBlob(berth, repository, blob);
    }
    await pushImage(berth, repository, { image: { ...image, blobs: new Map() }, tag: "again" });
    for (const each of [repository, other]) await readWhole(berth, each, "latest");
  };

  const cases = (Object.keys(damages) as Damage[]).flatMap((damage) =>
    (Object.keys(sizes) as Size[]).map((size): [Damage, Size] => [damage, size]),
  );
  it.each(cases)("%s, %s: is never served to a clean end, is marked, and is healed by a push", async (damage, size) => {
    const image = makeImage(size);
    const [repository, other] = [`damage/${damage}-${size}`, `damage/other-${damage}-${size}`];
    for (const each of [repository, other]) await pushImage(berth, each, { image, tag: "latest" });
    const [digest = ""] = image.blobs.keys();
    const path = `/v2/${repository}/blobs/${digest}`;
    const before = { alerts: alerts().length, marked: await marked() };
    damages[damage](await fileOf(home, digest));
    const got = await pull(berth, path, size === "middle" ? "bytes=10-19" : undefined);
    const mayBreak = damage === "flipped" && size === "large";
    expect(got).toEqual(mayBreak ? { status: 200, ended: "broken" } : { status: 404, ended: "BLOB_UNKNOWN" });
    await expectMissing(path);
    await expectMissing(`/v2/${other}/blobs/${digest}`);
    expect(await marked()).toBe(before.marked + 1);
    // The log is written a moment later than the answer.
    await expect.poll(() => alerts().slice(before.alerts)).toEqual([expect.stringContaining(digest)]);
    await expectHealed(image, repository, other);
    expect(await marked()).toBe(before.marked);
  });

  it("a file that was touched, but is right, is served, and stays", async () => {
    const image = makeImage("large");
    const before = await marked();
    await pushImage(berth, "damage/touched", { image, tag: "latest" });
    const [[digest, bytes]] = [...image.blobs] as [[string, Buffer]];
    const file = await fileOf(home, digest);
    writeFileSync(file, bytes);
    for (const range of ["bytes=5-10", undefined])
      expect((await pull(berth, `/v2/damage/touched/blobs/${digest}`, range)).status).toBe(range ? 206 : 200);
    await readWhole(berth, "damage/touched", "latest");
    expect(await marked()).toBe(before);
  });

  it("a flip that kept size and ctime is found by the scrub", async () => {
    const image = makeImage("large");
    await pushImage(berth, "damage/hidden", { image, tag: "latest" });
    const [[digest, bytes]] = [...image.blobs] as [[string, Buffer]];
    const file = await fileOf(home, digest);
    damages.flipped(file);
    // Nobody can set a ctime: the recorded one is set instead, and with it the moment when the blob was last hashed.
    const ctime = String(statSync(file, { bigint: true }).ctimeNs);
    await ask(
      home,
      (sql) => sql`update blob set stamp = ${ctime}, created_at = now() - interval '31 days'
        where id = (select blob_id from blob_digest where hex = ${digest.slice("sha256:".length)})`,
    );
    const path = `/v2/damage/hidden/blobs/${digest}`;
    expect((await request(berth, path, { method: "HEAD" })).status).toBe(200);
    const before = await marked();
    await startScrub(home);
    await expect.poll(marked, { timeout: 30_000, interval: 500 }).toBe(before + 1);
    await expect.poll(async () => (await request(berth, path, { method: "HEAD" })).status, { timeout: 5000 }).toBe(404);
    await pushBlob(berth, "damage/hidden", bytes);
    await readWhole(berth, "damage/hidden", "latest");
  });
});

/** Asks for a run at once: the schedule would come to it within a minute. */
async function startScrub(home: Home): Promise<void> {
  const embedded = { host: join(home.dataDir, "run"), user: "berth", database: "berth" };
  const where = home.env.DATABASE_URL ? { connectionString: home.env.DATABASE_URL } : embedded;
  const boss = new PgBoss({ ...where, schema: "pgboss", max: 1, supervise: false, schedule: false, migrate: false });
  await boss.start();
  await boss.send("scrub-blobs", {});
  await boss.stop({ graceful: false });
}
