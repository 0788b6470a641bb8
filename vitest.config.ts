// The tests of `npm test`: they need nothing but npm.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Processes and threads that the tests start need not compile again what one before them has compiled.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/berth-tests");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/clients/**", "test/conformance/**", "test/faults/**", "node_modules/**"],
    globalSetup: ["test/setup/database.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "threads",
    // Most of the time is waiting for databases and processes: more files at once than processors.
    maxWorkers: 4,
  },
});
