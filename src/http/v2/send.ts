// Sends a decided answer by web streams, wherever there is fetch.
import { openBlob } from "#core/content/blobs.ts";
import type { Answer } from "../answer.ts";
import type { AppContext, Surface } from "../environment.ts";
import { watchOutgoing } from "../rate.ts";

/** The response. @throws what opening a blob throws: nothing has been sent by then. */
export async function sendAnswer(c: AppContext, surface: Surface, answer: Answer): Promise<Response> {
  const { status, body } = answer;
  const headers = headersOf(answer);
  if (body === null) return new Response(null, { status, headers });
  if (body instanceof Uint8Array) {
    c.set("bytesOut", body.byteLength);
    return new Response(body, { status, headers });
  }
  const { lengthBytes, stream } = await openBody(surface, body);
  c.set("streaming", true);
  const done = (sentBytes: number, error?: unknown) => {
    c.set("bytesOut", sentBytes);
    c.get("finishLater")?.(error);
  };
  const outgoing = { lengthBytes, done };
  const sent = surface.around.passOn?.(stream, outgoing) ?? watchOutgoing(surface.around, stream, outgoing);
  return new Response(sent, { status, headers });
}

function headersOf(answer: Answer): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  return headers;
}

/** Opens a body that is not in memory. */
export async function openBody(
  { ctx }: Surface,
  body: Exclude<Answer["body"], null | Uint8Array>,
): Promise<{ lengthBytes: number; stream: ReadableStream<Uint8Array> }> {
  if ("open" in body) return { lengthBytes: body.lengthBytes, stream: await body.open() };
  const { blob, range } = body;
  return { lengthBytes: range.end - range.start + 1, stream: await openBlob(ctx, blob, range) };
}
