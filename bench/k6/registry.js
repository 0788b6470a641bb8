// The requests of a registry's clients: blobs and manifests pushed and pulled, each answer checked.
import { check, fail } from "k6";
import http from "k6/http";
import { Counter } from "k6/metrics";
import { digestOf, makeConfig, makeManifest, manifestType, randomBody, renew } from "./content.js";
import { authorization } from "./login.js";
import { isChecked, registry, repository } from "./settings.js";

const moved = new Counter("content_mebibytes");
const digestsChecked = new Counter("digests_checked");

const base = `${registry}/v2/${repository}`;

/** Pushes a blob as docker does: POST, one PATCH, PUT. `body` is an ArrayBuffer or text. */
export function pushBlob(body, digest) {
  const headers = Object.assign({ "Content-Type": "application/octet-stream" }, authorization());
  const begun = http.post(`${base}/blobs/uploads/`, null, { headers, tags: { name: "upload POST" } });
  if (!check(begun, { "upload begun": (answer) => answer.status === 202 })) return false;
  const sent = http.patch(locationOf(begun), body, { headers, tags: { name: "upload PATCH" } });
  if (!check(sent, { "bytes taken": (answer) => answer.status === 202 })) return false;
  const location = locationOf(sent);
  const target = `${location}${location.includes("?") ? "&" : "?"}digest=${digest}`;
  const ended = http.put(target, null, { headers, tags: { name: "upload PUT" } });
  moved.add((body.byteLength || body.length) / 2 ** 20);
  return check(ended, { "blob pushed": (answer) => answer.status === 201 });
}

/** Pulls a blob of a known size. */
export function pullBlob({ digest, size }) {
  const checked = isChecked();
  // Bytes that nobody looks at are not kept.
  const how = { headers: authorization(), responseType: checked ? "binary" : "none", tags: { name: "blob" } };
  const answer = http.get(`${base}/blobs/${digest}`, how);
  moved.add(size / 2 ** 20);
  const length = (one) => Number(one.headers["Content-Length"]);
  check(answer, { "blob pulled": (one) => one.status === 200 && length(one) === size });
  if (checked) checkDigest(answer, digest);
}

export function pushManifest(text, reference) {
  const headers = Object.assign({ "Content-Type": manifestType }, authorization());
  const answer = http.put(`${base}/manifests/${reference}`, text, { headers, tags: { name: "manifest PUT" } });
  return check(answer, { "manifest pushed": (one) => one.status === 201 });
}

/** Pulls a manifest by tag or digest and gives its answer. */
export function pullManifest({ reference, digest }) {
  const headers = Object.assign({ Accept: manifestType }, authorization());
  const answer = http.get(`${base}/manifests/${reference}`, { headers, tags: { name: "manifest" } });
  check(answer, { "manifest pulled": (one) => one.status === 200 });
  if (isChecked()) checkDigest(answer, digest);
  return answer;
}

/** A page of tags; gives the address of the next, or null. */
export function listTags(path) {
  const answer = http.get(registry + path, { headers: authorization(), tags: { name: "tags" } });
  check(answer, { "tags listed": (one) => one.status === 200 });
  return /<([^>]+)>; *rel="?next/.exec(answer.headers.Link || "")?.[1] ?? null;
}

/** Pushes a whole image and gives what it is made of. `layers` is a list of ArrayBuffers, changed by this. */
export function pushImage(layers, tag) {
  const pushed = layers.map((layer) => {
    const digest = renew(layer);
    if (!pushBlob(layer, digest)) fail("a layer was not pushed");
    return { digest, size: layer.byteLength };
  });
  const text = makeConfig();
  const config = { digest: digestOf(text), size: text.length };
  if (!pushBlob(text, config.digest)) fail("a config was not pushed");
  const manifest = makeManifest(config, pushed);
  if (!pushManifest(manifest, tag)) fail("a manifest was not pushed");
  return { tag, digest: digestOf(manifest), blobs: pushed.concat(config) };
}

/** Pulls a manifest by its tag and every blob that it names. */
export function pullImage({ tag, digest, blobs }) {
  pullManifest({ reference: tag, digest });
  for (const blob of blobs) pullBlob(blob);
}

/** Images to read from, pushed before the measurement: two layers of this size each. */
export function prepareImages(count, layerBytes) {
  const layers = [randomBody(layerBytes), randomBody(layerBytes)];
  return Array.from({ length: count }, (_, i) => pushImage(layers, `k6-${i}`));
}

function locationOf(answer) {
  const location = answer.headers.Location;
  return location.startsWith("/") ? registry + location : location;
}

function checkDigest(answer, digest) {
  digestsChecked.add(1);
  check(answer, { "the body is what its digest says": (one) => digestOf(one.body) === digest });
}
