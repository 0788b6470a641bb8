// k6: manifests are pulled, BY=tag (default) or BY=digest.
import { prepareImages, pullManifest } from "./registry.js";
import { closedLoop } from "./settings.js";

export const options = closedLoop;

const byDigest = __ENV.BY === "digest";

export function setup() {
  return prepareImages(20, 4096);
}

export default function pull(images) {
  const { tag, digest } = images[(__VU + __ITER) % images.length];
  pullManifest({ reference: byDigest ? digest : tag, digest });
}
