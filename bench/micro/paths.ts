// What it costs to understand a request's path: the router's part, and the names and digests in it.
import { parseV2Path } from "#http/v2/path.ts";
import { parseDigest } from "#oci/digest.ts";
import { parseRepositoryName } from "#oci/name.ts";
import { time } from "./timing.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const paths = {
  blob: `/v2/team/web/api/blobs/${digest}`,
  "manifest by tag": "/v2/team/web/api/manifests/v1.2.3",
  upload: "/v2/team/web/api/blobs/uploads/0199c0de-0000-7000-8000-000000000000",
  "name full of keywords": `/v2/a/blobs/uploads/manifests/tags/list/blobs/${digest}`,
};

export async function timePaths() {
  const timings = [];
  for (const [name, path] of Object.entries(paths))
    timings.push(await time({ name: `path of ${name}`, call: () => parseV2Path(path) }));
  timings.push(await time({ name: "repository name", call: () => parseRepositoryName("team/web/api") }));
  timings.push(await time({ name: "digest", call: () => parseDigest(digest) }));
  return timings;
}
