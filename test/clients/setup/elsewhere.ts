// Pulls with another real client than the one that pushed, and with our own: both must find the same bytes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { password, user } from "./berth.ts";
import { type Box, makeBox } from "./box.ts";
import { skopeo } from "./containers.ts";
import { sha256 } from "./image.ts";
import type { Stage } from "./matrix.ts";
import { readWhole, type Served } from "./registry.ts";

type Other = "skopeo" | "crane";

/** Fetches `repository:tag` whole with `other` and over HTTP, and compares; gives the manifest. */
export async function pullElsewhere(stage: Stage, reference: string, other: Other = "skopeo"): Promise<Served> {
  const colon = reference.lastIndexOf(":");
  const served = await readWhole(stage.berth, reference.slice(0, colon), reference.slice(colon + 1));
  expect(await pullers[other](makeBox(), `${stage.host}/${reference}`)).toBe(served.digest);
  return served;
}

/** Each gives the digest of what it wrote to disk; both check the layers themselves. */
const pullers: Record<Other, (box: Box, reference: string) => Promise<string>> = {
  async skopeo(box, reference) {
    const login = `--src-creds ${user}:${password} --src-tls-verify=false`;
    await box.run(
      skopeo(box, `copy -q --all --preserve-digests ${login} docker://${reference} dir:${box.folder}/image`),
    );
    return sha256(readFileSync(join(box.folder, "image/manifest.json")));
  },
  async crane(box, reference) {
    const [host] = reference.split("/");
    await box.run(`crane auth login ${host} -u ${user} -p ${password}`);
    await box.run(`crane pull --format=oci ${reference} ${box.folder}/image`);
    const layout = JSON.parse(readFileSync(join(box.folder, "image/index.json"), "utf8"));
    return layout.manifests[0].digest;
  },
};
