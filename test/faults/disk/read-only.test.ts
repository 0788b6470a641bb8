// The store's file system becomes read-only under a running Berth: pushes are refused and say why, everything else goes on.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { listTags, pushBlob, readWhole, request } from "#test/clients/setup/registry.ts";
import { type Mount, mountTmpfs } from "./setup/mounts.ts";
import { begin, patch, post, pushSmallImage, put, refusalOf, statusOf } from "./setup/uploads.ts";

const repository = "readonly/app";

describe("a store that is read-only", () => {
  let mount: Mount;
  let berth: Berth;
  let session: string;
  const [first, second] = [randomBytes(200_000), randomBytes(200_000)];
  const refused = randomBytes(1000);
  beforeAll(async () => {
    mount = await mountTmpfs(200);
    berth = await startBerth(await makeHome("embedded", { BERTH_STORAGE: `file:${mount.folder}` }));
    await pushSmallImage(berth, repository, "1");
    session = await begin(berth, repository);
    expect((await patch(berth, session, first)).status).toBe(202);
    await mount.remount("ro");
  });
  afterAll(async () => {
    await berth?.stop();
    await mount?.unmount();
  });

  it("refuses a push with 503 and says that the storage is the reason", async () => {
    const refusal = await refusalOf(await post(berth, repository, refused));
    expect(refusal).toMatchObject({ status: 503, code: "UNAVAILABLE", message: expect.stringContaining("storage") });
    expect(refusal.retryAfterSeconds).toBeGreaterThan(0);
    expect(await statusOf(berth, repository, sha256(refused))).toBe(404);
  });

  it("refuses a chunk, and the session stands where it stood", async () => {
    expect(await refusalOf(await patch(berth, session, second))).toMatchObject({ status: 503 });
    expect((await request(berth, session)).headers.get("range")).toBe(`0-${first.length - 1}`);
  });

  it("tells the operator at once what the system said", () => {
    expect(berth.output()).toContain("EROFS");
  });

  it("serves what is there, and changes what is only in the database", async () => {
    const { bytes } = await readWhole(berth, repository, "1");
    const headers = { "content-type": JSON.parse(bytes.toString()).mediaType };
    const path = `/v2/${repository}/manifests/2`;
    expect((await request(berth, path, { method: "PUT", headers, body: new Uint8Array(bytes) })).status).toBe(201);
    expect(await listTags(berth, repository)).toEqual(["1", "2"]);
    expect((await request(berth, path, { method: "DELETE" })).status).toBe(202);
  });

  it("takes pushes again when it can be written, the session from before too", async () => {
    await mount.remount("rw");
    await pushBlob(berth, repository, refused);
    expect((await patch(berth, session, second)).status).toBe(202);
    const whole = sha256(Buffer.concat([first, second]));
    expect((await put(berth, session, { digest: whole })).status).toBe(201);
    const served = await request(berth, `/v2/${repository}/blobs/${whole}`);
    expect(sha256(Buffer.from(await served.arrayBuffer()))).toBe(whole);
  });
});
