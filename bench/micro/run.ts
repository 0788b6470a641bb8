// The small benchmarks: `node bench/micro/run.ts [hashing] [tokens] [paths]`.
import { timeHashing } from "./hashing.ts";
import { timePaths } from "./paths.ts";
import { timeTokens } from "./tokens.ts";

const groups = { hashing: timeHashing, tokens: timeTokens, paths: timePaths };

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in groups));
if (unknown !== undefined) {
  console.error(`"${unknown}" is none of ${Object.keys(groups).join(", ")}`);
  process.exit(1);
}
for (const [name, run] of Object.entries(groups)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const { name: work, microsecondsPerCall, rate, mebibytesPerSecond } of await run()) {
    const flow = mebibytesPerSecond === null ? "" : `${mebibytesPerSecond.toFixed(0).padStart(8)} MiB/s`;
    console.log(
      `${work.padEnd(34)}${microsecondsPerCall.toFixed(2).padStart(12)} us${rate.toFixed(0).padStart(12)}/s${flow}`,
    );
  }
}
