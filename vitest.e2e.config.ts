// The tests of `npm run e2e`: real clients and engines (see .ci/install) against the real program, one file after the other.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["browser", "clients", "conformance", "faults"].map((folder) => `test/${folder}/**/*.test.ts`),
    globalSetup: ["test/clients/setup/global.ts"],
    setupFiles: ["test/clients/setup/leave.ts"],
    reporters: ["default", "./test/clients/setup/reporter.ts"],
    pool: "forks",
    fileParallelism: false,
    maxConcurrency: 20,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
