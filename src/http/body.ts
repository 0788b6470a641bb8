// Reads bodies that have to be in memory whole: they are small, and one that is not is refused.
import type { AppContext, Surroundings } from "./environment.ts";
import { watchIncoming } from "./rate.ts";

/** What a body may be at most, and the error for one that is more. */
interface BodyLimit {
  maxBytes: number;
  tooLarge: () => Error;
}

/** The body's bytes. @throws what the limit makes when there are more than it allows, as soon as that is known. */
export async function readBody(
  c: AppContext,
  around: Surroundings,
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(c.req.header("content-length") ?? 0) > limit.maxBytes) throw limit.tooLarge();
  if (!c.req.raw.body) return new Uint8Array();
  const reader = watchIncoming(c, around, c.req.raw.body).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > limit.maxBytes) {
      await reader.cancel();
      throw limit.tooLarge();
    }
    parts.push(next.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
