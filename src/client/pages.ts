// Lists of the management API from their beginning to their end, page after page, in both of its styles.
import type { ClientPathsWithMethod, MethodResponse } from "openapi-fetch";
import type { BerthClient } from "./client.ts";
import { clientError } from "./error.ts";
import type { paths } from "./schema.ts";

type GetPath = ClientPathsWithMethod<BerthClient, "get">;
/** What is in the path and the query of a GET. */
type Parameters<P extends GetPath> = paths[P] extends { get: { parameters: infer Given } } ? Given : never;

const perPage = "100";

/**
 * Every entry of a list, in its order; a page is asked for when its first entry is wanted.
 * @param parameters with a page's size, if it is to be another than 100
 * @param entriesOf what an answer lists
 * @throws ApiError
 */
export async function* listAll<P extends GetPath, T>(
  client: BerthClient,
  path: P,
  parameters: Parameters<P>,
  entriesOf: (answer: MethodResponse<BerthClient, "get", P>) => readonly T[],
): AsyncGenerator<T, void> {
  const [startName, sizeName] = path.startsWith("/enzi/") ? ["start", "limit"] : ["pageStart", "pageSize"];
  const get = client.GET as (
    path: GetPath,
    init: object,
  ) => Promise<{ data?: MethodResponse<BerthClient, "get", P>; response: Response }>;
  let start = "";
  for (;;) {
    const given = parameters as { path?: object; query?: object };
    const query = { [sizeName]: perPage, ...given.query, ...(start !== "" && { [startName]: start }) };
    const { data, response } = await get(path, { params: { ...given, query } });
    yield* entriesOf(data as MethodResponse<BerthClient, "get", P>);
    const next = response.headers.get("x-next-page-start") ?? "";
    if (next === "") return;
    if (next === start) throw clientError(response.status, "UNEXPECTED_ANSWER", `${path} names the same page twice`);
    start = next;
  }
}

/** The first entries of a list (one at least), or all of it. */
export async function take<T>(entries: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> {
  const taken: T[] = [];
  for await (const entry of entries) {
    if (taken.push(entry) >= most) break;
  }
  return taken;
}
