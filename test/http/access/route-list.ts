// Every route that the application has, from its own tables.
import { createApp } from "#http/app.ts";
import { listV2Routes } from "#http/v2/routes.ts";

/** Method and pattern of each, once. */
export function listRoutes(): string[] {
  const app = createApp({ ctx: {} as never, around: {} as never });
  const others = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`);
  return [...new Set([...others, ...listV2Routes().map(({ method, pattern }) => `${method} ${pattern}`)])].sort();
}
