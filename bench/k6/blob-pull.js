// k6: blobs of SIZE (1MiB, 100MiB, 1GiB) are pulled.
import { digestOf, randomBody } from "./content.js";
import { pullBlob, pushBlob } from "./registry.js";
import { closedLoop, sizeBytes } from "./settings.js";

export const options = closedLoop;

/** As many blobs as fill 64 MiB, one at least: a cache must not be all that is measured. */
const count = Math.min(64, Math.max(1, Math.floor((64 * 2 ** 20) / sizeBytes)));

export function setup() {
  const blobs = [];
  for (let i = 0; i < count; i++) {
    const body = randomBody(sizeBytes);
    const digest = digestOf(body);
    pushBlob(body, digest);
    blobs.push({ digest, size: sizeBytes });
  }
  return blobs;
}

export default function pull(blobs) {
  pullBlob(blobs[(__VU + __ITER) % blobs.length]);
}
