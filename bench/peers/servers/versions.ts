// Asks the programs of the benchmark which version they are.
import { execFileSync } from "node:child_process";
import { programs } from "./distribution.ts";

/** Of the peers (of the compiler, for what is compiled here) and of what makes the load. @throws with the missing program's name. */
export function versionsOf(peers: readonly string[]): Record<string, string> {
  const asked = peers.map((peer) => [peer, programs[peer] ?? "gcc", "--version"] as const);
  const versions = [...asked, ["wrk", "wrk", "--version"] as const, ["curl", "curl", "--version"] as const].map(
    ([name, program, ...words]) => [name, firstLine(program, words)] as const,
  );
  return Object.fromEntries(versions);
}

function firstLine(program: string, words: readonly string[]): string {
  try {
    return head(execFileSync(program, words, { encoding: "utf8" }), program);
  } catch (error) {
    // wrk says its version, and ends with 1.
    const { stdout, code } = error as { stdout?: string; code?: string };
    if (code === "ENOENT" || !stdout)
      throw new Error(`${program} is missing: run \`BERTH_BENCH=1 bash .ci/install\` first`);
    return head(stdout, program);
  }
}

/** The first line, without the place of the program that it may begin with. */
function head(output: string, program: string): string {
  return (output.split("\n")[0] as string).replace(program, "").trim();
}
