// k6: nine of ten virtual users' turns pull a whole image, the tenth pushes one; layers are of SIZE.
import { randomBody } from "./content.js";
import { prepareImages, pullImage, pushImage } from "./registry.js";
import { closedLoop, sizeBytes } from "./settings.js";

export const options = closedLoop;

const pushEvery = 10;
let layers = null;

export function setup() {
  return prepareImages(8, sizeBytes);
}

export default function pullOrPush(images) {
  if ((__VU + __ITER) % pushEvery > 0) return pullImage(images[(__VU + __ITER) % images.length]);
  layers ??= [randomBody(sizeBytes), randomBody(sizeBytes)];
  pushImage(layers, `vu${__VU}-${__ITER}`);
}
