// A request under /v2 once it is known who asks for what.
import type { Caller } from "#core/access/caller.ts";
import type { Incoming } from "#core/uploads/receive.ts";
import type { Body } from "#core/uploads/slabs.ts";
import { registryError } from "#oci/error.ts";
import { parseContentRange } from "#oci/range.ts";
import type { Answer } from "../answer.ts";
import type { Surface } from "../environment.ts";
import type { RequestHead } from "../head.ts";
import { limitedBody } from "./body-limit.ts";

/** What each handler gets. */
export interface V2Request extends Surface {
  head: RequestHead;
  caller: Caller;
  /** Counted and watched; null when the request has none. */
  body: Body | null;
}

/** Decides the answer; every runtime sends it its own way. */
export type V2Handler<P> = (request: V2Request, path: P) => Promise<Answer>;

/** The body of an upload request, with what its headers say of it. @throws RANGE_INVALID, SIZE_INVALID, BODY_TOO_LARGE. */
export function incoming(request: V2Request): Incoming {
  const { head, body } = request;
  const range = head.header("content-range");
  const parsed = range === undefined ? null : parseContentRange(range);
  if (range !== undefined && !parsed)
    throw registryError("RANGE_INVALID", "Content-Range must be first-last, both inclusive, for example 0-1023");
  const length = head.header("content-length");
  const lengthBytes = length === undefined ? null : Number(length);
  if (parsed && lengthBytes !== null && parsed.end - parsed.start + 1 !== lengthBytes)
    throw registryError(
      "SIZE_INVALID",
      `Content-Range names ${parsed.end - parsed.start + 1} bytes, Content-Length ${lengthBytes}`,
    );
  return { body: limitedBody(request, body), range: parsed, lengthBytes };
}
