// Pages of lists: the query parameters `n` and `last`, and the Link to what follows.
import { registryError } from "#oci/error.ts";
import type { RequestHead } from "../head.ts";

/** More than this is cut down to it: a Link leads on. */
const mostPerPage = 10_000;

/** Reads `n`. @throws PAGINATION_NUMBER_INVALID unless it is a whole number from 0 on. */
export function pageSize(search: URLSearchParams, byDefault: number): number {
  const text = search.get("n");
  if (text === null || text === "") return byDefault;
  if (!/^\d+$/.test(text))
    throw registryError("PAGINATION_NUMBER_INVALID", "n must be a whole number from 0 on", { n: text.slice(0, 50) });
  return Math.min(Number(text), mostPerPage);
}

/** The Link header to the next page of the same list. */
export function nextLink({ path, search }: RequestHead, parameters: Record<string, string>): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(parameters)) query.set(name, value);
  return `<${path}?${query}>; rel="next"`;
}
