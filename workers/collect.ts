// Lets go of memory that a thread was lent: a thread that makes little garbage of its own would hold it for minutes.
import { collect } from "./garbage.ts";

const everyBytes = 8 * 1024 * 1024;
let lent = 0;

/** Counts bytes that came to this thread and are done with; collecting the young objects alone frees them. */
export function countLent(bytes: number): void {
  lent += bytes;
  if (lent < everyBytes) return;
  lent = 0;
  collect.young();
}
