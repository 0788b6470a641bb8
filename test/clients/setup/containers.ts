// The command lines of podman, buildah and skopeo, with their storage and their cache of known blobs inside a box.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "./box.ts";

/** As root all three keep a cache in /var/lib/containers whatever they are told: each call gets its own view of that folder. */
function hidden(box: Box, words: readonly string[]): string[] {
  const cache = join(box.folder, "var");
  mkdirSync(cache, { recursive: true });
  const script = 'mkdir -p /var/lib/containers && mount --bind "$0" /var/lib/containers && exec "$@"';
  return ["unshare", "--mount", "sh", "-c", script, cache, ...words];
}

export function skopeo(box: Box, line: string): string[] {
  return hidden(box, ["skopeo", "--insecure-policy", ...line.split(" ")]);
}

export function buildah(box: Box, line: string): string[] {
  return hidden(box, ["buildah", ...storage(box, "b"), ...line.split(" ")]);
}

export function podman(box: Box, line: string): string[] {
  const own = ["--cgroup-manager", "cgroupfs", "--events-backend", "file", "--runtime", "runc"];
  const more = [...own, "--tmpdir", join(box.folder, "pt")];
  return hidden(box, ["podman", ...storage(box, "p"), ...more, ...line.split(" ")]);
}

function storage(box: Box, name: string): string[] {
  return ["--root", join(box.folder, name), "--runroot", join(box.folder, `${name}r`), "--storage-driver", "vfs"];
}
