// An image without layers, with a configuration that tells something.
import type { Berth } from "../../setup/berth.ts";
import { mediaTypes, sha256 } from "../../setup/image.ts";
import { pushBlob, pushManifest } from "../../setup/registry.ts";

/** @returns the manifest's digest */
export async function pushTinyImage(berth: Berth, repository: string, tag: string): Promise<string> {
  const history = [{ created: "2026-01-02T03:04:05Z", created_by: 'CMD ["/hello"]', empty_layer: true }];
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      author: "tom",
      history,
      rootfs: { type: "layers", diff_ids: [] },
    }),
  );
  await pushBlob(berth, repository, config);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: sha256(config), size: config.length },
    layers: [],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await pushManifest(berth, repository, { reference: tag, bytes });
  return sha256(bytes);
}
