// Prepares many small images for wrk's threads: their names and digests as lines of text, the layers' bytes as one filler.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifestType } from "./blobs.ts";

const layerBytes = 64 * 1024;
const nameLength = 16;

export interface ImageOrder {
  folder: string;
  threads: number;
  /** For each thread. */
  count: number;
}

/**
 * Writes `filler` and `images-1`, `images-2`, ... into the folder. A layer is the image's name, its own number and the
 * filler, 64 KiB in all; every image is new to every registry.
 */
export function prepareImages({ folder, threads, count }: ImageOrder): void {
  mkdirSync(folder, { recursive: true });
  const filler = randomBytes(layerBytes - nameLength - 1);
  writeFileSync(join(folder, "filler"), filler);
  for (let thread = 1; thread <= threads; thread++) {
    const lines = Array.from({ length: count }, () => imageLine(filler));
    writeFileSync(join(folder, `images-${thread}`), `${lines.join("\n")}\n`);
  }
}

function imageLine(filler: Buffer): string {
  const name = randomBytes(nameLength / 2).toString("hex");
  const layers = [1, 2].map((number) => sha256(`${name}${number}`, filler));
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers },
    name,
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256(config), size: config.length },
    layers: layers.map((digest) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest,
      size: layerBytes,
    })),
  });
  return [name, ...layers, sha256(config), config, manifest].join("\t");
}

function sha256(...pieces: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest("hex")}`;
}
