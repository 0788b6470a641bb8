// k6: fresh blobs of SIZE (1MiB, 100MiB, 1GiB) are pushed. Every virtual user holds one body, so choose VUS by memory.
import { randomBody, renew } from "./content.js";
import { pushBlob } from "./registry.js";
import { closedLoop, sizeBytes } from "./settings.js";

export const options = closedLoop;

let body = null;

export default function push() {
  body ??= randomBody(sizeBytes);
  pushBlob(body, renew(body));
}
