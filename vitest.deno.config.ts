// The portable tests, for vitest on Deno (`npm run test:deno`).
import { defineConfig } from "vitest/config";
import { portableTests } from "./test/setup/portable.ts";
import base from "./vitest.config.ts";

// Deno's threads cannot end as vitest wants it: "Not implemented: parentPort.removeAllListeners".
export default defineConfig({
  test: {
    ...base.test,
    include: portableTests,
    exclude: [],
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", ["junit", { outputFile: "reports/deno.xml" }]],
  },
});
