// The portable tests, for vitest on Deno (`npm run test:deno`).
import { defineConfig } from "vitest/config";
import { portableTests } from "./test/setup/portable.ts";
import base from "./vitest.config.ts";

// Without the projects, which say what is run on Node.
// Deno's threads cannot end as vitest wants it: "Not implemented: parentPort.removeAllListeners".
const { projects: _, ...test } = base.test ?? {};

export default defineConfig({
  test: {
    ...test,
    include: portableTests,
    exclude: [],
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", ["junit", { outputFile: "reports/deno.xml" }]],
  },
});
