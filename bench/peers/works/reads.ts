// Works that read small things over 32 connections: blobs of 4 KiB and 1 MiB, manifests by tag and by digest.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Library } from "../content/library.ts";
import { type Repository, urlOf } from "../content/registry.ts";
import { runWrk } from "../load/wrk.ts";
import type { Contender, Load, Scene, Work } from "./work.ts";

/** A kind of read: what is asked for, and how large an answer's body is (0 where bodies differ). */
export interface Read {
  name: string;
  asked: number;
  paths(library: Library): string[];
  sizeBytes: number;
}

const digests = (blobs: Library["blobs4k"]) => blobs.map(({ digest }) => `blobs/${digest}`);

export const reads: readonly Read[] = [
  { name: "get1m", asked: 3, sizeBytes: 2 ** 20, paths: ({ blobs1m }) => digests(blobs1m) },
  { name: "get4k", asked: 14, sizeBytes: 4096, paths: ({ blobs4k }) => digests(blobs4k) },
  {
    name: "manifest-tag",
    asked: 4,
    sizeBytes: 0,
    paths: ({ manifests }) => [...manifests.keys()].map((tag) => `manifests/${tag}`),
  },
  {
    name: "manifest-digest",
    asked: 4,
    sizeBytes: 0,
    paths: ({ manifests }) => [...manifests.values()].map(({ digest }) => `manifests/${digest}`),
  },
];

export const readWorks: Work[] = reads.map((read) => ({
  name: read.name,
  unit: "requests",
  better: "higher",
  asked: read.asked,
  contenders: async (scene) =>
    scene.servers.map((server) => {
      const repository = scene.stocked.get(server) as Repository;
      return reader(scene, { read, label: server.name, repository, paths: read.paths(scene.library) });
    }),
}));

export interface ReaderOptions {
  read: Read;
  label: string;
  repository: Repository;
  /** Default 32. */
  connections?: number;
  /** Below the repository, such as `blobs/sha256:...`. */
  paths: readonly string[];
}

/** Reads these paths in turn, each answer checked for status, and their bytes together for size. */
export function reader(scene: Scene, options: ReaderOptions): Contender {
  const { server } = options.repository;
  const { seconds, warmupSeconds } = scene.settings;
  return {
    label: options.label,
    server,
    warm: async () => void (await readFor(scene, { ...options, seconds: warmupSeconds })),
    load: () => readFor(scene, { ...options, seconds }),
  };
}

export async function readFor(scene: Scene, options: ReaderOptions & { seconds: number }): Promise<Load> {
  const { read, repository, paths, seconds, connections = 32 } = options;
  const file = join(scene.scratch, "paths");
  writeFileSync(file, `${paths.map((path) => pathOf(urlOf(repository, path))).join("\n")}\n`);
  const env = { BENCH_PATHS: file, BENCH_AUTHORIZATION: repository.headers.Authorization ?? "" };
  const { server } = repository;
  const result = await runWrk(server, { script: "reads.lua", threads: 1, connections, seconds, env });
  if (result.bytes < result.requests * read.sizeBytes)
    throw new Error(`${server.name}: ${read.name} got short answers`);
  const { requests, p50Ms, p99Ms } = result;
  return { amount: requests, requests, seconds: result.seconds, p50Ms, p99Ms };
}

function pathOf({ pathname, search }: URL): string {
  return pathname + search;
}
