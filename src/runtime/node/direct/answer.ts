// Answers requests of the registry protocol on Node's own request and response. What is answered is decided where every
// runtime's requests are decided; here bytes are only taken and sent, with less between them and the socket.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { blobFile } from "#adapters/blob-store/fs-place.ts";
import type { LinkedBlob } from "#core/content/blobs.ts";
import type { Answer } from "#http/answer.ts";
import { errorText } from "#http/app.ts";
import type { RequestRecord, Surface } from "#http/environment.ts";
import { errorAnswer } from "#http/errors.ts";
import type { RequestHead } from "#http/head.ts";
import { clientAddress } from "#http/origin.ts";
import { createReaderMeter, watchOutgoing } from "#http/rate.ts";
import { answerV2 } from "#http/v2/routes.ts";
import { openBody } from "#http/v2/send.ts";
import { drainRest } from "../../drain.ts";
import { bodyOf } from "./body.ts";
import { type Buffers, createBuffers } from "./buffers.ts";
import { answerAtTurnsEnd } from "./flush.ts";
import { NodeHead } from "./head.ts";
import { createHotBlobs, type HotBlobs } from "./hot-blobs.ts";
import type { Intake } from "./intake/body.ts";
import { type TakeOver, takeOverBodies } from "./intake/take-over.ts";
import { closeFile, openRecorded, readWhole, sendBytes, sendFile } from "./send-file.ts";

/** Plain paths only: what needs decoding, or could be read in two ways, is left to the application. */
const plain = /^(\/v2\/[A-Za-z0-9._:/+-]*)(?:\?([\x21-\x7e]*))?$/;
const maxLargeBuffers = 32;

/** Answers requests of the registry protocol. */
export interface DirectAnswer {
  /** Whether a request is one of the registry protocol, in a form that is understood here. */
  takes(req: IncomingMessage): boolean;
  /** @param intake where the body comes from, when it does not come through the request. */
  answer(req: IncomingMessage, res: ServerResponse, intake?: Intake): void;
  /** Gives back the memory that only a busy time is worth. */
  rest(): void;
  /** Reads the large bodies of such requests past Node's parser, from a server that has no connection yet. */
  takeOver(server: Server, handle: (req: IncomingMessage, res: ServerResponse, intake: Intake) => void): TakeOver;
}

/** @param blobFolder where the blobs' files lie, or null when they are no local files. */
export function createDirectAnswer(surface: Surface, blobFolder: string | null, hotBytes = 0): DirectAnswer {
  const sending = { surface, blobFolder, buffers: createBuffers(maxLargeBuffers), hot: createHotBlobs(hotBytes) };
  return {
    takes: (req) => targetOf(req) !== null,
    answer(req, res, intake) {
      const { path, query } = targetOf(req) ?? { path: "", query: "" };
      void serve(sending, { req, res, head: new NodeHead(req, path, query), intake: intake ?? null });
    },
    rest: () => sending.hot.release(),
    takeOver: (server, handle) =>
      takeOverBodies(server, { wants: (req) => targetOf(req)?.path.includes("/blobs/uploads/") === true, handle }),
  };
}

function targetOf({ url }: IncomingMessage): { path: string; query: string } | null {
  const [, path, query = ""] = plain.exec(url ?? "") ?? [];
  return path === undefined || path.includes("//") || path.includes("/.") || query.includes("#")
    ? null
    : { path, query };
}

interface Sending {
  surface: Surface;
  blobFolder: string | null;
  buffers: Buffers;
  hot: HotBlobs;
}

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  head: RequestHead;
  intake: Intake | null;
}

async function serve(sending: Sending, exchange: Exchange): Promise<void> {
  const { surface } = sending;
  const { ctx, around } = surface;
  const { head, req, res, intake } = exchange;
  const started = performance.now();
  const id = crypto.randomUUID();
  let bytesIn = 0;
  const count = (bytes: number) => {
    bytesIn += bytes;
  };
  const body = intake ? intake.body(around.minRate, count) : bodyOf(req, around.minRate, count);
  const { answer, route, who, error } = await answerV2({ ctx, around, head, incoming: { body } });
  answer.headers["X-Request-Id"] = id;
  const sent = await send(sending, exchange, answer).catch((error) => ({ status: 500, bytes: 0, error }));
  const failure = sent.error ?? error;
  const record: RequestRecord = {
    id,
    method: head.method,
    route,
    path: head.path.endsWith("/") ? head.path.slice(0, -1) : head.path,
    status: sent.status,
    bytesIn,
    bytesOut: sent.bytes,
    durationMs: Math.round((performance.now() - started) * 10) / 10,
    who,
    address: clientAddress(head, around),
  };
  if (failure) Object.assign(record, errorText(failure, sent.status));
  around.record(record);
  if (sent.error && !res.writableEnded) res.destroy();
  // After the answer is written: whoever waits to be asked for the body is not asked for it.
  if (body && !intake) setImmediate(drainRest, req, req.socket);
}

/** What went to the client. An error means that the body broke off. */
interface Sent {
  status: number;
  bytes: number;
  error?: unknown;
}

async function send(sending: Sending, exchange: Exchange, answer: Answer): Promise<Sent> {
  const { res } = exchange;
  const { status, headers, body } = answer;
  if (body === null || body instanceof Uint8Array) {
    answerAtTurnsEnd({ res, status, headers, body });
    return { status, bytes: body?.byteLength ?? 0 };
  }
  if ("blob" in body && sending.blobFolder !== null) {
    const { blob, range } = body;
    const bytes = sending.hot.get(blob.key);
    const part = bytes ? { bytes } : await openPart(sending, blob);
    if (part !== null) {
      res.writeHead(status, headers);
      return { status, ...(await sendWatched(sending, res, { ...part, ...range })) };
    }
  }
  return sendStream(sending, exchange, { ...answer, body });
}

/** A file that is what it was when it was recorded, or its bytes, if it is hot and small; null when it is not. */
async function openPart({ blobFolder, hot }: Sending, blob: LinkedBlob): Promise<Opened | null> {
  const fd = await openRecorded({ ...blob, path: blobFile(blobFolder as string, blob.key) });
  if (fd === null || !hot.wants(blob.sizeBytes)) return fd === null ? null : { fd };
  try {
    const bytes = await readWhole(fd, blob.sizeBytes);
    hot.put(blob.key, bytes);
    return { bytes };
  } catch {
    // What cannot be read is read the careful way, which says what is wrong.
    return null;
  } finally {
    closeFile(fd);
  }
}

type Opened = { fd: number } | { bytes: Uint8Array };

/** Sends it, and cuts off a client that hardly moves. */
async function sendWatched(
  { surface, buffers }: Sending,
  res: ServerResponse,
  part: Opened & { start: number; end: number },
): Promise<Omit<Sent, "status">> {
  let bytes = 0;
  const meter = createReaderMeter(
    surface.around.minRate,
    () => bytes,
    (error) => cut(res, error),
  );
  const moved = (more: number) => {
    bytes += more;
    meter.moved();
  };
  try {
    const progress = { waits: meter.waits, moved };
    if ("bytes" in part) await sendBytes(res, part.bytes.subarray(part.start, part.end + 1), progress);
    else await sendFile(res, { ...part, buffers }, progress);
    res.end();
    return { bytes };
  } catch (error) {
    return { bytes, error };
  } finally {
    meter.stop();
    if ("fd" in part) closeFile(part.fd);
  }
}

/** The careful way, through a web stream, for all that is not a local file as recorded. */
async function sendStream(
  { surface }: Sending,
  { res, head }: Exchange,
  answer: Answer & { body: Exclude<Answer["body"], null | Uint8Array> },
): Promise<Sent> {
  const { status, headers } = answer;
  let opened: Awaited<ReturnType<typeof openBody>>;
  try {
    opened = await openBody(surface, answer.body);
  } catch (error) {
    const refusal = errorAnswer(head, surface.around, error);
    res.writeHead(refusal.status, { ...refusal.headers, "X-Request-Id": headers["X-Request-Id"] });
    res.end(refusal.body ?? undefined);
    return { status: refusal.status, bytes: 0, error };
  }
  res.writeHead(status, headers);
  const sent: Sent = { status, bytes: 0 };
  const done = (bytes: number, error?: unknown) => void Object.assign(sent, { bytes, error });
  await pump(watchOutgoing(surface.around, opened.stream, { lengthBytes: opened.lengthBytes, done }), res);
  return sent;
}

async function pump(stream: ReadableStream<Uint8Array>, res: ServerResponse): Promise<void> {
  const reader = stream.getReader();
  const gone = () => void reader.cancel(new Error("the client went away")).catch(() => {});
  res.once("close", gone);
  // A client that hardly moves is cut while it is waited for, when nothing is read from the stream.
  reader.closed.catch((error) => cut(res, error));
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read())
      if (!res.write(next.value)) await drained(res);
    res.end();
  } catch {
    // The stream has told why; the client learns it by the connection's end.
    res.destroy();
  } finally {
    res.off("close", gone);
  }
}

/** Ends the connection of a client that does not take what it is sent, and what the system still holds for it. */
function cut(res: ServerResponse, error: Error): void {
  (res.socket as Socket | null)?.resetAndDestroy();
  res.destroy(error);
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      res.off("drain", go);
      res.off("close", go);
      resolve();
    };
    res.once("drain", go);
    res.once("close", go);
  });
}
