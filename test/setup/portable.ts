// Which tests are portable: they run under every runtime, use of vitest only what `bun test` has too, and stand on a database and
// on what Berth itself needs of a runtime.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const folders = ["oci", "core", "http", "adapters"];
/** They start a runtime of their own, from Node. */
const others = ["test/adapters/r2-blob-store.test.ts"];

/** The files, as paths from the checkout's folder. */
export const portableTests = folders
  .flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`, { cwd: root }))
  .filter((file) => !others.includes(file))
  .sort();

/** Those of HTTP behaviour, which run through every way in (`describeMatrix`). */
export const matrixTests = portableTests.filter((file) =>
  readFileSync(join(root, file), "utf8").includes("describeMatrix("),
);
