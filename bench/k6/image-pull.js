// k6: whole images of two layers of SIZE are pulled: the manifest by tag, then every blob it names.
import { prepareImages, pullImage } from "./registry.js";
import { closedLoop, sizeBytes } from "./settings.js";

export const options = closedLoop;

export function setup() {
  return prepareImages(8, sizeBytes);
}

export default function pull(images) {
  pullImage(images[(__VU + __ITER) % images.length]);
}
