// k6: whole images are pushed: LAYERS (3) fresh layers of SIZE, a config, a manifest, a tag.
import { randomBody } from "./content.js";
import { pushImage } from "./registry.js";
import { closedLoop, sizeBytes } from "./settings.js";

export const options = closedLoop;

const layerCount = Number(__ENV.LAYERS || 3);
let layers = null;

export default function push() {
  layers ??= Array.from({ length: layerCount }, () => randomBody(sizeBytes));
  pushImage(layers, `vu${__VU}-${__ITER}`);
}
