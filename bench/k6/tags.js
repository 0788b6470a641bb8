// k6: the tags of a repository are listed page by page, PAGE (100) at a time; setup pushes TAGS (1000) tags.
import { digestOf, makeConfig, makeManifest } from "./content.js";
import { listTags, pushBlob, pushManifest } from "./registry.js";
import { closedLoop, repository } from "./settings.js";

export const options = closedLoop;

const tagCount = Number(__ENV.TAGS || 1_000);
const pageSize = Number(__ENV.PAGE || 100);

export function setup() {
  const config = makeConfig();
  pushBlob(config, digestOf(config));
  const manifest = makeManifest({ digest: digestOf(config), size: config.length }, []);
  for (let i = 0; i < tagCount; i++) pushManifest(manifest, `tag-${String(i).padStart(6, "0")}`);
}

export default function list() {
  let next = `/v2/${repository}/tags/list?n=${pageSize}`;
  while (next !== null) next = listTags(next);
}
