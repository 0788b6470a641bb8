// One round: the bare client and Berth push and pull the same bytes, in turns, and what they left is removed.
import { rmSync } from "node:fs";
import type { ContentFile } from "../peers/content/blobs.ts";
import { openRepository } from "../peers/content/registry.ts";
import { pullFile, pushFile } from "../peers/load/big-blobs.ts";
import type { Server } from "../peers/servers/start.ts";
import { cutParts, pullBare, pushBare } from "./bare.ts";
import { measure, type Sample } from "./measure.ts";
import type { S3Server } from "./server.ts";

export const works = ["bare push", "push", "bare pull", "pull"] as const;
export type WorkName = (typeof works)[number];

export interface Round {
  berth: Server;
  s3: S3Server;
  /** Removed with the round. */
  file: ContentFile;
  /** In memory. */
  folder: string;
  /** Rounds take turns in who comes first. */
  number: number;
}

export async function runRound({ berth, s3, file, folder, number }: Round): Promise<[WorkName, Sample][]> {
  const repository = await openRepository(berth, "bench/one");
  const parts = cutParts(file);
  const name = "bare/blob";
  const transfers: Record<WorkName, () => Promise<unknown>> = {
    "bare push": () => pushBare(s3, { name, parts, scratch: folder }),
    push: () => pushFile(repository, file),
    "bare pull": () => pullBare(s3, { name, sizeBytes: file.sizeBytes }),
    pull: () => pullFile(repository, { file, times: 1 }),
  };
  const order: WorkName[] = number % 2 === 0 ? [...works] : ["push", "bare push", "pull", "bare pull"];
  const watched = { berth: berth.pids, s3: s3.pids };
  const samples: [WorkName, Sample][] = [];
  for (const work of order) samples.push([work, await measure(watched, file.sizeBytes, transfers[work])]);
  for (const path of [file.path, ...parts]) rmSync(path);
  await s3.clear("", "berth-store.json");
  return samples;
}
