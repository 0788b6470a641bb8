// Writes docs/dtr-operations.md: `npm run docs:operations`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { corrections, makePage } from "./page.ts";
import { describeRoutes } from "./routes.ts";

const routes = await describeRoutes();
const wrong = corrections(routes);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exit(1);
writeFileSync(join(import.meta.dirname, "../../../docs/dtr-operations.md"), makePage(routes));
