// `npm run dev:edge`: the Worker on this machine, in the real workerd, with a local bucket and a local database.
import fs from "node:fs";
import { loadConfig } from "../../config/load.ts";
import { StartError } from "../../start-error.ts";
import { startEdge } from "./start.ts";

const config = loadConfig(process.env, (file) => fs.readFileSync(file, "utf8"));
if ("problems" in config) {
  for (const problem of config.problems) console.error(`berth: ${problem}`);
  process.exit(1);
}
try {
  const edge = await startEdge(config, process.env);
  console.log(edge.banner);
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"]) {
      // wrangler's own would end the process before the database has stopped.
      process.removeAllListeners(name);
      process.once(name, () => resolve(name));
    }
  });
  console.log(`\nberth: stopping (${signal})`);
  await edge.stop();
  process.exit(0);
} catch (error) {
  console.error(`berth: ${error instanceof StartError ? error.message : (error as Error).stack}`);
  process.exit(1);
}
