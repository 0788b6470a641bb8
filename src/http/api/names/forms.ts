// The shapes of former names.
import { z } from "@hono/zod-openapi";

export const aliasAnswer = z.object({ name: z.string(), createdAt: z.iso.datetime() });
export const aliasesAnswer = z.object({ aliases: z.array(aliasAnswer) }).openapi("responses.Aliases");

/** @param held since when the database has it. */
export function describeAlias(held: { name: string; createdAt: string }): z.infer<typeof aliasAnswer> {
  return { name: held.name, createdAt: new Date(held.createdAt).toISOString() };
}
