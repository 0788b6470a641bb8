// Runs the portable tests under `bun test`, on a PostgreSQL server of the run. Words after the script's name go to bun.
import { spawn } from "node:child_process";
import { makeTemplate, startTestServer } from "./database.ts";
import { portableTests } from "./portable.ts";

const { target, stop } = await startTestServer();
try {
  await makeTemplate(target);
  const given = process.argv.slice(2);
  // With ./ they are paths: bare names would be filters, which other files match as well.
  const where = given.some((word) => !word.startsWith("-")) ? [] : portableTests.map((folder) => `./${folder}/`);
  const env = { ...process.env, BERTH_TEST_DATABASE: JSON.stringify(target) };
  const child = spawn("bun", ["test", "--timeout", "60000", ...given, ...where], { env, stdio: "inherit" });
  process.exitCode = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
} finally {
  await stop();
}
