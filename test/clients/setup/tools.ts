// Knows where the real clients and engines are, and stops the run when one is missing: a missing client is never a skip.
import { accessSync, constants, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder that `.ci/install` fills. */
export const toolsBin = join(process.env.BERTH_TOOLS ?? join(homedir(), ".cache/berth-tools"), "bin");

/** Finds what an API answers that its own document does not allow. */
export const schemathesis = join(toolsBin, "../schemathesis/bin/schemathesis");

const installed = [
  "crane",
  "regctl",
  "oras",
  "helm",
  "cosign",
  "notation",
  "docker-buildx",
  "conformance",
  "versitygw",
  "minio",
  "toxiproxy",
].concat(
  ["containerd", "ctr", "containerd-shim-runc-v2"].map((name) => `containerd2/${name}`),
  ["dockerd", "runc"].map((name) => `moby/${name}`),
);
const debian = [
  "docker",
  "dockerd",
  "containerd",
  "ctr",
  "runc",
  "podman",
  "buildah",
  "skopeo",
  "gcc",
  "unshare",
  "chromium",
];
const systemPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** What clients find on their PATH: the built tools, then the system's. `first` goes before them, as the new engine needs. */
export function clientPath(...first: string[]): string {
  return [...first, toolsBin, ...systemPath].join(":");
}

/** @throws an error that names every missing tool and says what to run. */
export function requireTools(): void {
  const missing = [
    ...installed.filter((name) => !isProgram(join(toolsBin, name))),
    ...debian.filter((name) => !systemPath.some((folder) => isProgram(join(folder, name)))),
    ...(isProgram(schemathesis) ? [] : ["schemathesis"]),
    ...(findPostgres() === null ? ["postgresql"] : []),
  ];
  if (missing.length > 0) throw new Error(`missing: ${missing.join(", ")}; run \`bash .ci/install\` first`);
  if (process.getuid?.() !== 0) throw new Error("the engines need root: run `npm run e2e` as root");
}

/** The programs of the newest PostgreSQL server that Debian installed, or null. */
export function findPostgres(): string | null {
  const root = "/usr/lib/postgresql";
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, "bin")).find((bin) => isProgram(join(bin, "initdb"))) ?? null;
  } catch {
    return null;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
