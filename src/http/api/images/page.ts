// Pages of tags and manifests: bare lists, in DTR's two styles of asking.
import { z } from "@hono/zod-openapi";
import type { RecordPage } from "#core/images/records.ts";
import type { AppContext } from "../../environment.ts";
import { readPage } from "../request.ts";

export const imagePageQuery = z.object({
  pageStart: z.string().optional(),
  pageSize: z.string().optional(),
  count: z.string().optional(),
  start: z.string().optional(),
  limit: z.string().optional(),
});

/** @param most for entries that may be large. @throws INVALID_PARAMETERS. */
export function readImagePage(c: AppContext, most = Number.POSITIVE_INFINITY) {
  const { after, limit, count } = readPage(c);
  return { from: after, limit: Math.min(limit, most), count };
}

/** Sets the headers of a page. @returns its items. */
export function answerPage<T>(c: AppContext, { items, next, total }: RecordPage<T>): T[] {
  c.header("X-Next-Page-Start", next ?? "");
  if (total !== null) c.header("X-Resource-Count", String(total));
  return items;
}
