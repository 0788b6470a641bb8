// Makes the scene of a round: servers filled with the library, and a memory of what was made once.
import { type Library, stock } from "./content/library.ts";
import type { Repository } from "./content/registry.ts";
import type { Folders } from "./folders.ts";
import type { Server } from "./servers/start.ts";
import type { Settings } from "./settings.ts";
import type { Scene } from "./works/work.ts";

export interface SceneOptions {
  settings: Settings;
  library: Library;
  folders: Folders;
}

/** Fills each server, one after the other. The first is Berth. */
export async function prepareScene(options: SceneOptions, servers: Server[]): Promise<Scene> {
  const { settings, library, folders } = options;
  const stocked = new Map<Server, Repository>();
  for (const server of servers) stocked.set(server, await stock(server, "bench/one", library));
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as Promise<T>;
  };
  const [berth] = servers as [Server];
  return { settings, berth, servers, library, scratch: folders.scratch, folder: folders.data, stocked, once };
}
