// Makes small images without any engine: a static program, layers as tar files, configurations and manifests.
import { createHash, randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { mustRun } from "./run.ts";

/** What a container of a test image says. */
export const greeting = "hello from a berth";

export const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
};

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string };
}

/** The bytes of an image: blobs by digest, and its manifest. */
export interface Image {
  blobs: Map<string, Buffer>;
  manifest: Buffer;
  digest: string;
}

export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Compiles the program that test images hold; images start from nothing, so it needs no libraries. */
export async function makeProgram(folder: string): Promise<string> {
  const source = join(folder, "hello.c");
  writeFileSync(source, `#include <stdio.h>\nint main(void) { puts("${greeting}"); return 0; }\n`);
  const program = join(folder, "hello");
  await mustRun(["gcc", "-static", "-Os", "-s", "-o", program, source]);
  return program;
}

/** An image of two layers: the program, and random bytes that no other image has. */
export async function makeImage(
  folder: string,
  program: string,
  architecture = "amd64",
  saltBytes = 200_000,
): Promise<Image> {
  const layers = [await tar(folder, "hello", readFileSync(program)), await tar(folder, "salt", randomBytes(saltBytes))];
  const diffIds = layers.map(sha256);
  const config = json({
    architecture,
    os: "linux",
    config: { Cmd: ["/hello"] },
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const packed = layers.map((layer) => gzipSync(layer));
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(mediaTypes.config, config),
    layers: packed.map((layer) => describe(mediaTypes.layer, layer)),
  });
  const blobs = new Map([config, ...packed].map((blob) => [sha256(blob), blob]));
  return { blobs, manifest, digest: sha256(manifest) };
}

/** An index over images, one per architecture. */
export function makeIndex(images: Record<string, Image>): Buffer {
  const manifests = Object.entries(images).map(([architecture, { manifest }]) => ({
    ...describe(mediaTypes.manifest, manifest),
    platform: { os: "linux", architecture },
  }));
  return json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
}

/** Writes an image as an OCI layout of that one tag. */
export function writeLayout(folder: string, { blobs, manifest, digest }: Image, tag: string): void {
  mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  for (const [name, bytes] of [...blobs, [digest, manifest] as const])
    writeFileSync(join(folder, "blobs/sha256", name.replace("sha256:", "")), bytes);
  const annotations = { "org.opencontainers.image.ref.name": tag };
  const manifests = [{ ...describe(mediaTypes.manifest, manifest), annotations }];
  writeFileSync(join(folder, "index.json"), json({ schemaVersion: 2, manifests }));
  writeFileSync(join(folder, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
}

/** Writes what `docker build` and the like need; the layers differ from those of every other context. */
export function makeBuildContext(folder: string, program: string, steps = 'CMD ["/hello"]'): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(program, join(folder, "hello"));
  writeFileSync(join(folder, "salt"), randomBytes(50_000));
  writeFileSync(join(folder, "Dockerfile"), `FROM scratch\nCOPY hello /hello\nCOPY salt /salt\n${steps}\n`);
}

export function describe(mediaType: string, bytes: Buffer): Descriptor {
  return { mediaType, digest: sha256(bytes), size: bytes.byteLength };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function tar(folder: string, name: string, content: Buffer): Promise<Buffer> {
  const source = join(folder, `tar-${randomBytes(4).toString("hex")}`);
  mkdirSync(source);
  writeFileSync(join(source, name), content, { mode: 0o755 });
  await mustRun(["tar", "-C", source, "--mtime=@0", "--owner=0", "--group=0", "-cf", `${source}.tar`, name]);
  return readFileSync(`${source}.tar`);
}
