// Makes the bytes that are pushed and read: random, so that no two blobs are alike, with their digests.
import { createHash, randomBytes, randomFillSync } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

/** Bytes with their name. */
export interface Content {
  digest: string;
  bytes: Buffer;
}

/** A big blob as a file. */
export interface ContentFile {
  path: string;
  digest: string;
  sizeBytes: number;
}

export const emptyConfig = content(Buffer.from("{}"));
export const manifestType = "application/vnd.oci.image.manifest.v1+json";

const pieceBytes = 1024 * 1024;

export function content(bytes: Buffer): Content {
  return { digest: digestOf(bytes), bytes };
}

export function makeBlobs(count: number, sizeBytes: number): Content[] {
  return Array.from({ length: count }, () => content(randomBytes(sizeBytes)));
}

/** Writes a file of random pieces; a whole number of MiB. */
export function makeFile(path: string, sizeBytes: number): ContentFile {
  const hash = createHash("sha256");
  const piece = randomBytes(pieceBytes);
  const file = openSync(path, "w");
  for (let at = 0; at < sizeBytes; at += pieceBytes) {
    // A fresh head makes each piece another; filling all of it would take longer than what is measured.
    randomFillSync(piece, 0, 64);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  return { path, digest: `sha256:${hash.digest("hex")}`, sizeBytes };
}

/** A manifest of these layers with the empty config; `note` makes it one of its own. */
export function makeManifest(layers: readonly Content[], note: string): Content {
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: describe(emptyConfig, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => describe(layer, "application/vnd.oci.image.layer.v1.tar")),
    annotations: { note },
  };
  return content(Buffer.from(JSON.stringify(manifest)));
}

function describe({ digest, bytes }: Content, mediaType: string) {
  return { mediaType, digest, size: bytes.length };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
