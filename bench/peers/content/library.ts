// What every server holds before it is read: small and middle blobs, and tagged manifests.

import type { Server } from "../servers/start.ts";
import { type Content, emptyConfig, makeBlobs, makeManifest } from "./blobs.ts";
import { openRepository, pushBlobs, pushManifests, type Repository } from "./registry.ts";

/** The same bytes go to every server of a run. */
export interface Library {
  blobs4k: Content[];
  blobs1m: Content[];
  /** By tag. */
  manifests: Map<string, Content>;
}

export function makeLibrary(): Library {
  const blobs4k = makeBlobs(200, 4 * 1024);
  const manifests = Array.from({ length: 20 }, (_, i) => {
    const layers = blobs4k.slice(i * 5, i * 5 + 5);
    return [`v${i}`, makeManifest(layers, `manifest ${i}`)] as const;
  });
  return { blobs4k, blobs1m: makeBlobs(100, 1024 * 1024), manifests: new Map(manifests) };
}

/** Pushes the library into a repository of this name and opens it with rights that name it. */
export async function stock(server: Server, name: string, library: Library): Promise<Repository> {
  const first = await openRepository(server, name);
  await pushBlobs(first, [emptyConfig]);
  const repository = await openRepository(server, name);
  await pushBlobs(repository, [...library.blobs4k, ...library.blobs1m]);
  await pushManifests(repository, library.manifests);
  return repository;
}
