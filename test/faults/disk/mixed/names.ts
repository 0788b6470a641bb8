// Names of things in a repository, as a history keeps them.
import { sha256 } from "#test/clients/setup/image.ts";
import type { Name } from "./history.ts";

export function blobName(repository: string, digest: string, sizeBytes: number): Name {
  return { kind: "blob", repository, path: `/v2/${repository}/blobs/${digest}`, sizeBytes };
}

export function manifestName(repository: string, bytes: Buffer, needs: string[]): Name {
  return { kind: "manifest", repository, path: `/v2/${repository}/manifests/${sha256(bytes)}`, bytes: [bytes], needs };
}

export function tagName(repository: string, tag: string): Name {
  return { kind: "tag", repository, path: `/v2/${repository}/manifests/${tag}` };
}

/** @param location as the registry gave it. What is sent there is added to its bytes. */
export function sessionName(repository: string, location: string): Name & { bytes: Buffer[] } {
  return { kind: "session", repository, path: location, bytes: [] };
}
