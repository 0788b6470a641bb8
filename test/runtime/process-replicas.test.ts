import { createHash, randomBytes } from "node:crypto";
import { connect as connectSocket, createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { dropDatabase } from "#test/setup/drop-database.ts";
import { administer, withDatabase } from "#test/setup/test-database.ts";
import { adminOf, type BerthProcess, makeFolder, startBerth } from "./berth-process.ts";

const name = `test_${randomBytes(6).toString("hex")}`;
const headers = { authorization: adminOf("", "a password of mine") };
const bytes = randomBytes(100_000);
const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

let door: Server | null = null;
let replicas: BerthProcess[] = [];

/** The test cluster listens on a socket file only: this lets a URL with host and port reach it. */
async function urlOf(): Promise<string> {
  const target = inject("database");
  if ("url" in target) return (withDatabase(target, name) as { url: string }).url;
  const server = createServer((near) => {
    const far = connectSocket(target.path);
    near.pipe(far).pipe(near);
    for (const one of [near, far]) one.on("error", () => [near, far].map((socket) => socket.destroy()));
  });
  door = server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return `postgres://${target.username}@127.0.0.1:${(server.address() as { port: number }).port}/${name}`;
}

beforeAll(async () => {
  await administer(inject("database"), (sql) => sql.unsafe(`create database ${name} template template0`));
  const variables = {
    DATABASE_URL: await urlOf(),
    BERTH_SECRET_KEY: "ab".repeat(32),
    BERTH_STORAGE: `file:${makeFolder()}`,
    BERTH_ADMIN_PASSWORD: "a password of mine",
    BERTH_DB_CONNECTIONS: "4",
  };
  replicas = await Promise.all([makeFolder(), makeFolder()].map((folder) => startBerth(folder, variables)));
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  door?.close();
  await administer(inject("database"), (sql) => dropDatabase(sql, name));
});

const ask = (replica: number, path: string, init: RequestInit = {}) =>
  fetch(`${replicas[replica]?.url}${path}`, { headers, ...init });

it("two may start at once on an empty database, and are one registry", async () => {
  const ids = await Promise.all([0, 1].map(async (n) => (await (await ask(n, "/auth/jwks.json")).json()) as object));
  expect(ids[0]).toEqual(ids[1]);
  const answer = await ask(0, "/auth/token?scope=repository:team/app:pull,push");
  const { token } = (await answer.json()) as { token: string };
  expect((await ask(1, "/v2/", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
});

it("an upload that began at one goes on at the other, and what was pushed to one is pulled from the other", async () => {
  const began = await ask(0, "/v2/team/app/blobs/uploads/", { method: "POST" });
  const session = began.headers.get("location") as string;
  const first = { ...headers, "content-range": "0-49999" };
  expect((await ask(1, session, { method: "PATCH", body: bytes.subarray(0, 50_000), headers: first })).status).toBe(
    202,
  );
  const last = { ...headers, "content-range": "50000-99999" };
  const put = { method: "PUT", body: bytes.subarray(50_000), headers: last };
  expect((await ask(0, `${session}?digest=${digest}`, put)).status).toBe(201);
  const pulled = await ask(1, `/v2/team/app/blobs/${digest}`);
  expect(bytes.equals(Buffer.from(await pulled.arrayBuffer()))).toBe(true);
});

/** Waits until a replica answers as it should, for at most the two seconds within which it must. */
async function soon(answers: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 2000; Date.now() < end; ) if (await answers()) return true;
  return answers();
}

async function pushImage(tag: string, annotation: string): Promise<string> {
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: bytes.byteLength };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const annotations = { annotation };
  const body = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [], annotations });
  const type = { ...headers, "content-type": mediaType };
  const pushed = await ask(0, `/v2/team/app/manifests/${tag}`, { method: "PUT", body, headers: type });
  expect(pushed.status).toBe(201);
  return pushed.headers.get("docker-content-digest") as string;
}

const digestAt = async (replica: number, tag: string) => {
  const answer = await ask(replica, `/v2/team/app/manifests/${tag}`);
  await answer.arrayBuffer();
  return answer.status === 200 ? answer.headers.get("docker-content-digest") : answer.status;
};

it("what one changes holds at the next request there, and within two seconds at the other", async () => {
  for (const version of ["first", "second", "third"]) {
    const pushed = await pushImage("moving", version);
    expect(await digestAt(0, "moving")).toBe(pushed);
    expect(await soon(async () => (await digestAt(1, "moving")) === pushed)).toBe(true);
  }
  await ask(0, "/v2/team/app/manifests/moving", { method: "DELETE" });
  expect(await digestAt(0, "moving")).toBe(404);
  expect(await soon(async () => (await digestAt(1, "moving")) === 404)).toBe(true);
});

it("a repository that one closes to the public or deletes is closed and gone at the other within two seconds", async () => {
  const pushed = await pushImage("seen", "here");
  const json = { ...headers, "content-type": "application/json" };
  const change = (visibility: string) =>
    ask(0, "/api/v0/repositories/team/app", { method: "PATCH", body: JSON.stringify({ visibility }), headers: json });
  const anonymously = async (replica: number) => {
    const answer = await fetch(`${replicas[replica]?.url}/v2/team/app/manifests/${pushed}`);
    await answer.arrayBuffer();
    return answer.status;
  };
  expect((await change("public")).status).toBe(200);
  expect(await soon(async () => (await anonymously(1)) === 200)).toBe(true);
  expect((await change("private")).status).toBe(200);
  expect(await anonymously(0)).toBe(401);
  expect(await soon(async () => (await anonymously(1)) === 401)).toBe(true);
});

it("one goes on when the other stops", async () => {
  expect((await replicas[0]?.stop())?.code).toBe(0);
  expect((await ask(1, `/v2/team/app/blobs/${digest}`)).status).toBe(200);
});
