// A request under /v2 once it is known who asks for what.
import type { Caller } from "#core/access/caller.ts";
import type { Incoming } from "#core/content/receive.ts";
import { registryError } from "#oci/error.ts";
import { parseContentRange } from "#oci/range.ts";
import type { AppContext, Surface } from "../environment.ts";
import { watchIncoming } from "../rate.ts";

/** What each handler gets. */
export interface V2Request extends Surface {
  c: AppContext;
  url: URL;
  caller: Caller;
}

export type V2Handler<P> = (request: V2Request, path: P) => Promise<Response>;

/** The body of an upload request, counted and watched, with what its headers say of it. @throws RANGE_INVALID, SIZE_INVALID. */
export function incoming(request: V2Request): Incoming {
  const { c, around } = request;
  const range = c.req.header("content-range");
  const parsed = range === undefined ? null : parseContentRange(range);
  if (range !== undefined && !parsed)
    throw registryError("RANGE_INVALID", "Content-Range must be first-last, both inclusive, for example 0-1023");
  const length = c.req.header("content-length");
  const lengthBytes = length === undefined ? null : Number(length);
  if (parsed && lengthBytes !== null && parsed.end - parsed.start + 1 !== lengthBytes)
    throw registryError(
      "SIZE_INVALID",
      `Content-Range names ${parsed.end - parsed.start + 1} bytes, Content-Length ${lengthBytes}`,
    );
  const body = c.req.raw.body;
  return { body: body && watchIncoming(c, around, body), range: parsed, lengthBytes };
}
