// Which tests are portable: they run under every runtime, use of vitest only what `bun test` has too, and stand on a database and
// on what Berth itself needs of a runtime.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const folders = ["oci", "core", "http", "client", "adapters"];
/** Node's alone: one starts a runtime of its own, the other runs a tool of the development. */
const others = ["test/adapters/r2-blob-store.test.ts", "test/client/schema/schema.test.ts"];

/** The files, as paths from the checkout's folder. */
export const portableTests = folders
  .flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`, { cwd: root }))
  .filter((file) => !others.includes(file))
  .sort();

/** Those of HTTP behaviour, which run through every way in (`describeMatrix`). */
export const matrixTests = portableTests.filter((file) =>
  readFileSync(join(root, file), "utf8").includes("describeMatrix("),
);
