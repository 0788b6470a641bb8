// A server and a Worker on the same database and the same bucket: what one does the other sees, at once or within two seconds.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Berth, type Home, makeHome, password, startBerth, user } from "./setup/berth.ts";
import { makeBox } from "./setup/box.ts";
import { type Bucket, startBucket } from "./setup/buckets.ts";
import { pause } from "./setup/daemon.ts";
import { type Image, makeImage, sha256 } from "./setup/image.ts";
import { getManifest, publish, pushImage, pushManifest, readWhole, request } from "./setup/registry.ts";

const mebibyte = 1024 * 1024;
const boundMs = 2000;
const root = join(import.meta.dirname, "../..");

describe("a server and a Worker", () => {
  let bucket: Bucket;
  let home: Home;
  let planes: { server: Berth; worker: Berth };
  let images: [Image, Image];
  beforeAll(async () => {
    bucket = await startBucket("versitygw");
    home = await makeHome("server", bucket.settings("planes"));
    const server = await startBerth(home);
    const edge = await makeHome("edge");
    const worker = await startBerth({ ...edge, env: { ...home.env, BERTH_DATA_DIR: edge.dataDir } });
    planes = { server, worker };
    const { program } = inject("run");
    const { folder } = makeBox();
    images = [await makeImage(folder, program), await makeImage(folder, program, "arm64")];
  });
  afterAll(async () => {
    await planes?.worker.stop();
    await planes?.server.stop();
    await bucket?.stop();
  });

  const ways = [
    ["server", "worker"],
    ["worker", "server"],
  ] as const;

  describe.each(ways)("from the %s to the %s", (from, to) => {
    it("what was pushed can be pulled at once", async () => {
      const repository = `planes/pushed-at-${from}`;
      await pushImage(planes[from], repository, { image: images[0], tag: "1" });
      expect((await readWhole(planes[to], repository, "1")).digest).toBe(images[0].digest);
    });

    it("a session goes on, with the hash and the parts that it had", async () => {
      const bytes = randomBytes(21 * mebibyte + 5);
      const repository = `planes/begun-at-${from}`;
      const begun = await request(planes[from], `/v2/${repository}/blobs/uploads/`, { method: "POST" });
      const path = begun.headers.get("location") as string;
      const cuts = [0, 5 * mebibyte + 1, 11 * mebibyte, 20 * mebibyte, bytes.byteLength];
      for (const [i, end] of cuts.slice(1).entries()) {
        const start = cuts[i] as number;
        const sent = await request(planes[i % 2 ? to : from], path, {
          method: "PATCH",
          headers: { "content-range": `${start}-${end - 1}`, "content-type": "application/octet-stream" },
          body: new Uint8Array(bytes.subarray(start, end)),
        });
        expect([sent.status, sent.headers.get("range")]).toEqual([202, `0-${end - 1}`]);
      }
      const done = await request(planes[to], `${path}?digest=${sha256(bytes)}`, { method: "PUT" });
      expect(done.status).toBe(201);
      const read = await request(planes[from], `/v2/${repository}/blobs/${sha256(bytes)}`);
      expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), bytes)).toBe(0);
    });

    it("a tag that was moved is seen within two seconds", async () => {
      const repository = `planes/moved-at-${from}`;
      for (const image of images) await pushImage(planes[from], repository, { image });
      await pushManifest(planes[from], repository, { reference: "moving", bytes: images[0].manifest });
      expect((await getManifest(planes[to], repository, "moving")).digest).toBe(images[0].digest);
      await pushManifest(planes[from], repository, { reference: "moving", bytes: images[1].manifest });
      await within(
        boundMs,
        async () => (await getManifest(planes[to], repository, "moving")).digest === images[1].digest,
      );
    });

    it("a repository that was made private is closed within two seconds", async () => {
      const repository = `planes/closed-at-${from}`;
      await pushImage(planes[from], repository, { image: images[0], tag: "1" });
      await publish(planes[from], repository);
      const pull = async () => (await request(planes[to], `/v2/${repository}/manifests/1`, { anonymous: true })).status;
      await within(boundMs, async () => (await pull()) === 200);
      const [namespace, name] = repository.split("/");
      const closed = await request(planes[from], `/api/v0/repositories/${namespace}/${name}`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: '{"visibility":"private"}',
      });
      expect(closed.status).toBe(200);
      await within(boundMs, async () => (await pull()) === 401);
    });
  });

  describe.each(ways)("what is taken away at the %s", (from, to) => {
    const people = "/enzi/v0/accounts";
    const [who, org] = [`ahab-${from}`, `crew-${from}`];
    const access = `/api/v0/repositories/${org}/ship/teamAccess/deck`;
    const member = `${people}/${org}/teams/deck/members/${who}`;
    const must = async (method: string, path: string, body?: object) => {
      const headers = { "content-type": "application/json" };
      const answer = await request(planes[from], path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
    };
    const tokenAt = async (at: Berth, word: string): Promise<string> => {
      const headers = { authorization: `Basic ${Buffer.from(`${who}:${word}`).toString("base64")}` };
      const path = `/auth/token?service=berth&scope=repository:${org}/ship:pull`;
      return ((await (await request(at, path, { headers })).json()) as { token: string }).token;
    };
    beforeAll(async () => {
      await must("POST", people, { name: who, password });
      await must("POST", people, { name: org, isOrg: true });
      await must("POST", `${people}/${org}/teams`, { name: "deck" });
      await pushImage(planes[from], `${org}/ship`, { image: images[0], tag: "1" });
    });

    const ends: [string, string, string, object | undefined][] = [
      ["a team's grant", "DELETE", access, undefined],
      ["a membership", "DELETE", member, undefined],
      ["a member of the organization", "DELETE", `${people}/${org}/members/${who}`, undefined],
      ["a global role", "PATCH", `${people}/${who}`, { globalRole: "none" }],
      ["an account", "PATCH", `${people}/${who}`, { isActive: false }],
    ];
    it.each(ends)(
      `is gone at the ${to} within two seconds, for a token that docker had: %s`,
      async (what, method, path, body) => {
        await must("PATCH", `${people}/${who}`, {
          isActive: true,
          globalRole: what === "a global role" ? "read-only" : "none",
        });
        if (what !== "a global role") {
          await must("PUT", member, {});
          await must("PUT", access, { accessLevel: "read-only" });
        } else await must("DELETE", `${people}/${org}/teams/deck/members/${who}`).catch(() => {});
        const pull = async (token: string) =>
          (await request(planes[to], `/v2/${org}/ship/manifests/1`, { headers: { authorization: `Bearer ${token}` } }))
            .status;
        let token = "";
        await within(boundMs, async () => {
          token = await tokenAt(planes[to], password);
          return (await pull(token)) === 200;
        });
        await must(method, path, body);
        await within(boundMs, async () => (await pull(token)) === 401);
      },
    );

    it(`is gone at the ${to} within two seconds, for a token that docker had: an access token`, async () => {
      await must("PATCH", `${people}/${who}`, { isActive: true, globalRole: "read-only" });
      const made = (await must("POST", `/api/v0/api_tokens?username=${who}`, {})) as {
        token: string;
        hashedToken: string;
      };
      const pull = async (authorization: string) =>
        (await request(planes[to], `/v2/${org}/ship/manifests/1`, { headers: { authorization } })).status;
      let bearer = "";
      await within(boundMs, async () => {
        bearer = `Bearer ${await tokenAt(planes[to], made.token)}`;
        return (await pull(bearer)) === 200;
      });
      await must("DELETE", `/api/v0/api_tokens/${made.hashedToken}`);
      await within(boundMs, async () => (await pull(bearer)) === 401);
      expect(await pull(`Bearer ${made.token}`)).toBe(401);
    });
  });

  it("one token opens both, a refresh token too, until it is ended", async () => {
    const ask = (at: Berth, fields: Record<string, string>) =>
      request(at, "/auth/token", {
        method: "POST",
        anonymous: true,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ service: "berth", client_id: "test", ...fields }).toString(),
      });
    const logIn = { grant_type: "password", username: user, password, access_type: "offline" };
    const first = (await (await ask(planes.worker, logIn)).json()) as { access_token: string; refresh_token: string };
    const ping = async (at: Berth) =>
      (await request(at, "/v2/", { anonymous: true, headers: { authorization: `Bearer ${first.access_token}` } }))
        .status;
    expect([await ping(planes.server), await ping(planes.worker)]).toEqual([200, 200]);
    const refresh = { grant_type: "refresh_token", refresh_token: first.refresh_token };
    expect((await ask(planes.server, refresh)).status).toBe(200);
    const command = [join(root, "src/cli/berth.ts"), "admin", "reset-password", user];
    await promisify(execFile)(join(root, "node_modules/.bin/node"), command, { env: home.env });
    await within(boundMs, async () => (await ask(planes.worker, refresh)).status === 401);
    expect((await ask(planes.server, refresh)).status).toBe(401);
  });
});

/** Holds when it becomes so, at the latest for what is asked after the bound. */
async function within(ms: number, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    const beganMs = performance.now();
    if (await isSo()) return;
    if (beganMs > end) throw new Error(`it was not so within ${ms} ms`);
    await pause(50);
  }
}
