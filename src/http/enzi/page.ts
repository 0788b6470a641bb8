// eNZi's pages: `start` and `limit` in the query, where the next begins in a header and in the body.
import { z } from "@hono/zod-openapi";
import { registryError } from "#oci/error.ts";
import type { AppContext } from "../environment.ts";

const most = 1000;

export const pageQuery = z.object({ start: z.string().optional(), limit: z.string().optional() });
export const filterQuery = pageQuery.extend({ filter: z.string().optional() });

/** @throws INVALID_PARAMETERS */
export function readStart(c: AppContext): { from: string; limit: number } {
  const text = c.req.query("limit") ?? "10";
  if (!/^\d{1,10}$/.test(text)) throw registryError("INVALID_PARAMETERS", "limit must be a whole number from 0 on");
  return { from: c.req.query("start") ?? "", limit: Number(text) === 0 ? most : Math.min(Number(text), most) };
}

/** @throws INVALID_PARAMETERS for a filter that the list does not know. */
export function readFilter<F extends string>(c: AppContext, known: readonly F[]): F {
  const filter = c.req.query("filter") || "all";
  if (!known.includes(filter as F))
    throw registryError("INVALID_PARAMETERS", `filter must be one of ${known.join(", ")}`);
  return filter as F;
}

/** Says where the next page begins; the empty string: nowhere. */
export function withNext<T extends object>(c: AppContext, body: T, next: string | null): T & { nextPageStart: string } {
  c.header("X-Next-Page-Start", next ?? "");
  return { ...body, nextPageStart: next ?? "" };
}
