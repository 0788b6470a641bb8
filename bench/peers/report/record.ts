// The file of a run: its figures, and all that must be alike for two runs to be compared.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import type { Standing } from "../round.ts";
import { versionsOf } from "../servers/versions.ts";
import type { Settings } from "../settings.ts";
import type { Soak } from "../soak.ts";
import type { Result } from "./figures.ts";
import { fileSystemOf } from "./file-system.ts";

/** Whatever changes a figure besides Berth itself. */
export interface Conditions {
  settings: Omit<Settings, "folder" | "checkout">;
  fileSystem: string;
  machine: Record<string, string | number>;
  versions: Record<string, string>;
}

export interface RunRecord {
  format: 1;
  conditions: Conditions;
  /** What may differ between two runs that are compared. */
  at: string;
  commit: string;
  results: Result[];
  standings: Standing[];
  soak: Soak | null;
}

export function conditionsOf({ folder, checkout: _, ...settings }: Settings): Conditions {
  return {
    settings,
    fileSystem: fileSystemOf(folder),
    machine: {
      processor: os.cpus()[0]?.model ?? "",
      processors: os.availableParallelism(),
      memoryGiB: Math.round(os.totalmem() / 2 ** 30),
      kernel: os.release(),
    },
    versions: { ...versionsOf(settings.peers), node: process.version },
  };
}

/** The commit of the checkout, marked when files differ from it. */
export function commitOf(checkout: string): string {
  try {
    const git = (...words: string[]) =>
      execFileSync("git", words, { cwd: checkout, encoding: "utf8", stdio: "pipe" }).trim();
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " with changes");
  } catch {
    return "unknown";
  }
}

export function writeRecord(file: string, record: RunRecord): void {
  writeFileSync(file, `${JSON.stringify(record, null, 1)}\n`);
}

/** @throws when the file is not one of a run. */
export function readRecord(file: string): RunRecord {
  const record = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
  if (record.format !== 1) throw new Error(`${file} is not the record of a run that this program knows`);
  return record;
}
