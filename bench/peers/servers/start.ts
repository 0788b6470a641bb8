// The registries that are measured, and what the benchmark needs of each.
import { startBare } from "./bare.ts";
import { startBerth } from "./berth.ts";
import { startDistribution } from "./distribution.ts";

/** A registry that runs. */
export interface Server {
  /** `berth`, or the name of a peer. */
  name: string;
  /** `http://127.0.0.1:port` */
  url: string;
  /** From the start of the process to its first answer. */
  startSeconds: number;
  /** The value of the Authorization header for reads and pushes in this repository, or null where nobody is asked. */
  authorize(repository: string): Promise<string | null>;
  /** All its processes now, databases included. */
  pids(): number[];
  dataDir: string;
  stop(): Promise<void>;
}

export interface Place {
  /** An empty folder, or one that this server has left. */
  folder: string;
  /** The checkout of a Berth that is to be started. */
  checkout: string;
  /** More environment variables. */
  settings?: Record<string, string>;
}

/** `bare` takes pushes alone. */
export const peerNames = ["distribution", "docker-registry", "bare"] as const;

/** Starts the server of this name on a folder. */
export function startServer(name: string, place: Place): Promise<Server> {
  if (name === "berth") return startBerth(place);
  if (name === "bare") return startBare(place);
  return startDistribution(name, place);
}
