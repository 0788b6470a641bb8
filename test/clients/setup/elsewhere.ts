// Pulls with another real client than the one that pushed, and with our own: both must find the same bytes.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { password, user } from "./berth.ts";
import { sha256 } from "./image.ts";
import type { Stage } from "./matrix.ts";
import { readWhole, type Served } from "./registry.ts";

type Other = "skopeo" | "crane";

/** Fetches `repository:tag` with `other` and over HTTP, whole, and compares; gives the manifest. */
export async function pullElsewhere(stage: Stage, reference: string, other: Other = "skopeo"): Promise<Served> {
  const [repository, tag] = splitReference(reference);
  const served = await readWhole(stage.berth, repository, tag);
  expect(await pullers[other](stage, reference)).toBe(served.digest);
  return served;
}

const pullers: Record<Other, (stage: Stage, reference: string) => Promise<string>> = {
  async skopeo({ box, host }, reference) {
    const folder = join(box.folder, `pulled-${randomBytes(3).toString("hex")}`);
    const login = ["--src-creds", `${user}:${password}`, "--src-tls-verify=false"];
    const from = `docker://${host}/${reference.replace(/:[^:@]+@/, "@")}`;
    const words = ["skopeo", "--insecure-policy", "copy", "-q", "--all", ...login, from, `dir:${folder}`];
    await box.run(words);
    return sha256(readFileSync(join(folder, "manifest.json")));
  },
  async crane({ box, host }, reference) {
    const folder = join(box.folder, `pulled-${randomBytes(3).toString("hex")}`);
    await box.run(`crane auth login ${host} -u ${user} -p ${password}`);
    await box.run(`crane pull --format=oci ${host}/${reference} ${folder}`);
    const layout = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as { manifests: { digest: string }[] };
    return layout.manifests[0]?.digest ?? "";
  },
};

function splitReference(reference: string): [string, string] {
  const at = reference.includes("@") ? reference.indexOf("@") : reference.lastIndexOf(":");
  return [reference.slice(0, at), reference.slice(at + 1)];
}
