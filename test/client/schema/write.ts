// Writes src/client/schema.ts: `npm run client`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateSchema } from "./generate.ts";

writeFileSync(join(import.meta.dirname, "../../../src/client/schema.ts"), await generateSchema());
