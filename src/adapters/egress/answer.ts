// What holds for every answer from elsewhere: how long it may take, how large it is, and that it is a JSON object.
import { EgressError } from "#ports/egress.ts";

export const timeoutMs = 5000;
const maxBytes = 256 * 1024;

export const requestHeaders = { Accept: "application/json", "User-Agent": "berth" };

/** @throws EgressError */
export async function readAnswer(status: number, body: AsyncIterable<Uint8Array>): Promise<object> {
  if (status !== 200) throw new EgressError(`it answered ${status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > maxBytes) throw new EgressError(`its answer has more than ${maxBytes} bytes`);
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(whole));
  } catch (error) {
    throw new EgressError("its answer is no JSON", error);
  }
  if (typeof value !== "object" || value === null) throw new EgressError("its answer is no JSON object");
  return value;
}

/** Whatever went wrong, as an EgressError. */
export function asEgressError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const name = (error as { name?: unknown } | null)?.name;
  const late = name === "TimeoutError" || name === "AbortError";
  return new EgressError(late ? `it did not answer within ${timeoutMs / 1000} seconds` : "it cannot be reached", error);
}
