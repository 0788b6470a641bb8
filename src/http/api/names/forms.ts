// The shapes of former names.
import { z } from "@hono/zod-openapi";

/** The database tells times in its own form. */
export const timeOf = (text: string): string => new Date(text).toISOString();

export const aliasAnswer = z.object({ name: z.string(), createdAt: z.iso.datetime() });
export const aliasesAnswer = z.object({ aliases: z.array(aliasAnswer) }).openapi("responses.Aliases");
