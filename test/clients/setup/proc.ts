// What the kernel says of a process.
import { readFileSync } from "node:fs";

/** The fields of /proc/PID/stat behind the process's name (state, parent, …), or null when it is gone. */
export function statOf(pid: number): string[] | null {
  try {
    // The name, in brackets, may hold anything.
    return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? null;
  } catch {
    return null;
  }
}
