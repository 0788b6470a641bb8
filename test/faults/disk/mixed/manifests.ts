// The part of the mixed load that is about manifests and tags, and about deleting what they may hold.
import { mediaTypes } from "#test/clients/setup/image.ts";
import { attempt, certain, type Register } from "./history.ts";
import { manifestName, tagName } from "./names.ts";
import { type Client, must, pick } from "./steps.ts";

const tags = ["latest", "1", "2", "3"];

/** A manifest over blobs that are here, put on a tag. */
export async function pushManifest(client: Client): Promise<void> {
  const blobs = certain(client.history, client.repository, "blob");
  if (blobs.length === 0) return;
  const [config, ...layers] = [pick(blobs), pick(blobs), pick(blobs)].slice(0, pick([1, 2, 3])).map(describe);
  const content = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
  const needs = [config, ...layers].map((one) => one?.digest as string);
  await putOn(client, Buffer.from(JSON.stringify(content)), needs);
}

/** Another tag for a manifest that is here. */
export async function moveTag(client: Client): Promise<void> {
  const manifest = pickCertain(client, "manifest");
  if (manifest) await putOn(client, Buffer.concat(manifest.bytes ?? []), manifest.needs ?? []);
}

async function putOn(client: Client, body: Buffer, needs: string[]): Promise<void> {
  const { repository, history } = client;
  const [manifest, tag] = [manifestName(repository, body, needs), tagName(repository, pick(tags))];
  const to = digestIn(manifest.path);
  const put = attempt(history, [
    { name: manifest, to },
    { name: tag, to },
  ]);
  await must(client, [201], { method: "PUT", path: tag.path, body, headers: { "content-type": mediaTypes.manifest } });
  put.done();
}

export async function deleteTag(client: Client): Promise<void> {
  const tag = pickCertain(client, "tag");
  if (!tag) return;
  const deleted = attempt(client.history, [{ name: tag, to: null }]);
  await must(client, [202], { method: "DELETE", path: tag.path });
  deleted.done();
}

/** Its tags go with it. */
export async function deleteManifest(client: Client): Promise<void> {
  const { repository, history } = client;
  const manifest = pickCertain(client, "manifest");
  if (!manifest) return;
  const its = certain(history, repository, "tag").filter(({ value }) => value === manifest.value);
  const deleted = attempt(
    history,
    [manifest, ...its].map((name) => ({ name, to: null })),
  );
  await must(client, [202], { method: "DELETE", path: manifest.path });
  deleted.done();
}

/** A blob that a manifest refers to stays. */
export async function deleteBlob(client: Client): Promise<void> {
  const { repository, history } = client;
  const blob = pickCertain(client, "blob");
  if (!blob) return;
  const isHeld = certain(history, repository, "manifest").some(({ needs }) => needs?.includes(blob.value as string));
  const deleted = attempt(history, [{ name: blob, to: null }]);
  await must(client, [isHeld ? 405 : 202], { method: "DELETE", path: blob.path });
  if (isHeld) deleted.refused();
  else deleted.done();
}

function pickCertain({ history, repository }: Client, kind: Register["kind"]): Register | undefined {
  return pick(certain(history, repository, kind));
}

function describe({ value, sizeBytes }: Register) {
  return { mediaType: mediaTypes.layer, digest: value as string, size: sizeBytes };
}

function digestIn(path: string): string {
  return path.split("/").at(-1) as string;
}
