// Where drizzle-kit finds the schema and writes the generated migrations (`npm run migration`).
import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "postgresql", schema: "./db/schema/tables.ts", out: "./db/migrations" });
