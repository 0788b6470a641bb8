// The tests of `npm test`: they need nothing but npm.
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { portableTests } from "./test/setup/portable.ts";

// Processes and threads that the tests start need not compile again what one before them has compiled.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/berth-tests");

const common = { testTimeout: 60_000, hookTimeout: 60_000, pool: "threads" } as const;

export default defineConfig({
  test: {
    ...common,
    globalSetup: ["test/setup/database.ts"],
    // Most of the time is waiting for databases and processes: more files at once than processors.
    maxWorkers: 4,
    projects: [
      // They share what they import, as under `bun test`: loading the application anew for each file took a sixth of the time.
      { test: { ...common, name: "portable", include: portableTests, isolate: false } },
      {
        test: {
          ...common,
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/browser/**",
            "test/clients/**",
            "test/conformance/**",
            "test/faults/**",
            "node_modules/**",
            ...portableTests,
          ],
        },
      },
    ],
  },
});
