// What a work is: a load that is put on several contenders in turn, and how its figures are judged.
import type { Library } from "../content/library.ts";
import type { Repository } from "../content/registry.ts";
import type { Server } from "../servers/start.ts";
import type { Settings } from "../settings.ts";

/** What a contender got through in one measurement. */
export interface Load {
  /** In the work's unit, without "a second". */
  amount: number;
  seconds: number;
  requests: number;
  p50Ms?: number;
  p99Ms?: number;
}

/** Somebody who does a work: a server, or a measure of what is possible. */
export interface Contender {
  label: string;
  /** Whose processor seconds and memory are counted; null where there is no server. */
  server: Server | null;
  /** So much is written to files while it is measured, about; unset for reads. */
  writesMiB?: number;
  /** Runs before the measurement and is not counted. */
  warm(): Promise<void>;
  load(): Promise<Load>;
}

/** One round's servers, filled and ready. */
export interface Scene {
  settings: Settings;
  berth: Server;
  /** Berth, then the peers. */
  servers: Server[];
  library: Library;
  /** A folder in memory for what is sent. */
  scratch: string;
  /** The folder with the servers' data. */
  folder: string;
  /** By server: the repository that holds the library. */
  stocked: Map<Server, Repository>;
  /** Makes something once in a round. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

export interface Work {
  name: string;
  unit: string;
  /** `higher`: the figure is a rate; `lower`: a time in milliseconds, the p99. */
  better: "higher" | "lower";
  /** The least ratio of the first contender to the others, or (`lower`) the most milliseconds; null: only shown. */
  asked: number | null;
  /** The first is the one who is judged. */
  contenders(scene: Scene): Promise<Contender[]>;
}
