// Runs what `npm test` leaves out on Node: each test of HTTP behaviour by web streams only and as a Worker in workerd, and the tests
// of real processes with Berth on Bun and on Deno.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { matrixTests } from "./portable.ts";

const root = join(import.meta.dirname, "../..");
const processes = globSync("test/runtime/process-*.test.ts", { cwd: root });

const runs: { what: string; files: string[]; env: Record<string, string>; words?: string[] }[] = [
  ...["streams", "workerd"].map((kind) => ({
    what: `HTTP behaviour (${kind})`,
    files: matrixTests,
    env: { BERTH_TEST_KINDS: kind },
    // Other tests in these files have nothing to do with the way in.
    words: [
      `--testNamePattern=\\(${kind}\\)`,
      "--reporter=default",
      "--reporter=junit",
      `--outputFile=reports/${kind}.xml`,
    ],
  })),
  ...["bun", "deno"].map((runtime) => ({
    what: `Berth's processes on ${runtime}`,
    files: processes,
    env: { BERTH_TEST_RUNTIME: runtime },
  })),
];

for (const { what, files, env, words = [] } of runs) {
  console.log(`\n${what}`);
  const { status } = spawnSync("vitest", ["run", "--maxWorkers=2", ...words, ...files], {
    stdio: "inherit",
    env: { ...process.env, ...env },
    cwd: root,
  });
  if (status !== 0) process.exit(status ?? 1);
}
