// Finds the processes of a running Berth: its own and those of its embedded database.
import { readdirSync } from "node:fs";
import { statOf } from "#test/clients/setup/proc.ts";

/** The process and everything that it started, directly or not. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : null;
    if (parent !== null) parents.set(Number(name), parent);
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow);
}

/** The embedded database's processes, its head first. */
export function databaseProcesses(berthPid: number): number[] {
  return processTree(berthPid)
    .filter((pid) => pid !== berthPid)
    .sort((a, b) => a - b);
}

function parentOf(pid: number): number | null {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? null : Number(parent);
}
