// The client's types are what the routes say.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generateSchema } from "./generate.ts";

it("src/client/schema.ts is made of the routes as they are", async () => {
  const written = readFileSync(join(import.meta.dirname, "../../../src/client/schema.ts"), "utf8");
  expect((await generateSchema()) === written, "run `npm run client`").toBe(true);
});
