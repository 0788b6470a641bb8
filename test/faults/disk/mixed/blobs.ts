// The part of the mixed load that is about blobs and sessions: push in every way, mount, cancel, leave open.
import { randomBytes, randomInt } from "node:crypto";
import { sha256 } from "#test/clients/setup/image.ts";
import { attempt } from "./history.ts";
import { blobName, sessionName } from "./names.ts";
import { type Client, must, pick, shared } from "./steps.ts";

/** What a Berth that alone serves its database keeps of a session in memory. */
const inMemoryBytes = 128 * 1024;

export async function pushBlob(client: Client): Promise<void> {
  const blob = randomInt(2) === 0 ? pick(shared) : randomBytes(randomInt(2, 400_000));
  const digest = sha256(blob);
  const pushed = attempt(client.history, [{ name: blobName(client.repository, digest, blob.length), to: digest }]);
  await pick([pushAtOnce, pushByPut, pushInChunks])(client, blob);
  pushed.done();
}

async function pushAtOnce(client: Client, body: Buffer): Promise<void> {
  const path = `/v2/${client.repository}/blobs/uploads/?digest=${sha256(body)}`;
  await must(client, [201], { method: "POST", path, body });
}

async function pushByPut(client: Client, body: Buffer): Promise<void> {
  const path = `${await begin(client)}?digest=${sha256(body)}`;
  await must(client, [201], { method: "PUT", path, body });
}

async function pushInChunks(client: Client, blob: Buffer): Promise<void> {
  const path = await begin(client);
  const half = Math.ceil(blob.length / 2);
  for (const start of [0, half]) {
    const body = blob.subarray(start, start + half);
    const headers = { "content-range": `${start}-${start + body.length - 1}` };
    if (body.length > 0) await must(client, [202], { method: "PATCH", path, body, headers });
  }
  await must(client, [201], { method: "PUT", path: `${path}?digest=${sha256(blob)}` });
}

/** What cannot be mounted becomes a session, which is cancelled. */
export async function mount(client: Client): Promise<void> {
  const { repository, others, history } = client;
  const blob = pick(shared);
  const digest = sha256(blob);
  const mounted = attempt(history, [{ name: blobName(repository, digest, blob.length), to: digest }]);
  const path = `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${pick(others)}`;
  const answer = await must(client, [201, 202], { method: "POST", path });
  if (answer.status === 201) return mounted.done();
  mounted.refused();
  await must(client, [204], { method: "DELETE", path: answer.headers.get("location") as string });
}

export async function cancelSession(client: Client): Promise<void> {
  const path = await leaveSession(client);
  const cancelled = attempt(client.history, [{ name: sessionName(client.repository, path), to: null }]);
  await must(client, [204], { method: "DELETE", path });
  cancelled.done();
}

/** Begins a session and brings some of its bytes, in chunks that say where they belong or in none. Gives its Location. */
export async function leaveSession(client: Client): Promise<string> {
  const path = await begin(client);
  const name = sessionName(client.repository, path);
  let isInMemory = client.isAlone;
  attempt(client.history, [{ name, to: "0", isInMemory }]).done();
  const isChunked = randomInt(2) === 0;
  for (let chunks = randomInt(3); chunks > 0; chunks--) {
    const body = randomBytes(randomInt(2, 100_000));
    const start = Buffer.concat(name.bytes).length;
    name.bytes.push(body);
    const end = start + body.length;
    isInMemory &&= !isChunked && end <= inMemoryBytes;
    const appended = attempt(client.history, [{ name, to: String(end), isInMemory }]);
    const headers: Record<string, string> = isChunked ? { "content-range": `${start}-${end - 1}` } : {};
    await must(client, [202], { method: "PATCH", path, body, headers });
    appended.done();
  }
  return path;
}

async function begin(client: Client): Promise<string> {
  const answer = await must(client, [202], { method: "POST", path: `/v2/${client.repository}/blobs/uploads/` });
  return answer.headers.get("location") as string;
}
