// Makes blobs and manifests that no registry has seen.
import crypto from "k6/crypto";

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";
const headBytes = 16;

/** Random bytes. */
export function randomBody(sizeBytes) {
  return crypto.randomBytes(sizeBytes);
}

/** Makes a body another one, which costs less than new random bytes, and gives its digest. */
export function renew(body) {
  new Uint8Array(body).set(new Uint8Array(crypto.randomBytes(headBytes)));
  return digestOf(body);
}

export function digestOf(body) {
  return `sha256:${crypto.sha256(body, "hex")}`;
}

/** A config of its own, as text. */
export function makeConfig() {
  const name = crypto.hexEncode(crypto.randomBytes(8));
  return JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] }, name });
}

/** The text of a manifest; `config` and `layers` are `{ digest, size }`. */
export function makeManifest(config, layers) {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: Object.assign({ mediaType: configType }, config),
    layers: layers.map((layer) => Object.assign({ mediaType: layerType }, layer)),
  });
}
