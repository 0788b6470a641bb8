// A proxy before an S3 server that knows what is asked of it, and spoils what a script says.
import http from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request. */
export type Fate =
  /** The server never sees it. */
  | { answer: number; body: string }
  /** The connection is broken off after so many bytes of its body, which the server never sees. */
  | { cutRequestAfter: number }
  /** The answer's body is broken off after so many bytes. */
  | { cutAnswerAfter: number }
  /** The server does it, but its answer is lost. */
  | { loseAnswer: true }
  /** The answer has only so many bytes of the body, and says so itself. */
  | { shortenTo: number }
  /** It is never answered. */
  | { hang: true };

/** A request, by the name that S3's documentation has for it. */
export type Operation = "GetObject" | "PutObject" | "UploadPart" | "CompleteMultipartUpload" | "other";

/** Says what becomes of a request; null: nothing special. `count` is how many of its kind came before. */
export type Script = (operation: Operation, count: number) => Fate | null;

export interface ScriptedBucket {
  port: number;
  /** Begins a script; counts begin anew. */
  play(script: Script): void;
  /** How many of a kind came since the script began. */
  count(operation: Operation): number;
  stop(): Promise<void>;
}

export async function startScriptedBucket(upstream: number): Promise<ScriptedBucket> {
  let script: Script = () => null;
  const counts = new Map<Operation, number>();
  const server = http.createServer((request, response) => {
    const operation = operationOf(request);
    const count = counts.get(operation) ?? 0;
    counts.set(operation, count + 1);
    request.on("error", () => {});
    serve({ request, response, upstream, fate: script(operation, count) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    play(next) {
      script = next;
      counts.clear();
    },
    count: (operation) => counts.get(operation) ?? 0,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function operationOf({ method, url = "/" }: http.IncomingMessage): Operation {
  const { pathname, searchParams } = new URL(url, "http://bucket");
  const ofObject = pathname.split("/").length > 2;
  if (method === "GET" && ofObject && searchParams.size === 0) return "GetObject";
  if (method === "PUT") return searchParams.has("partNumber") ? "UploadPart" : "PutObject";
  return method === "POST" && searchParams.has("uploadId") ? "CompleteMultipartUpload" : "other";
}

interface Exchange {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  upstream: number;
  fate: Fate | null;
}

function serve(exchange: Exchange): void {
  const { request, response, fate } = exchange;
  if (fate && "hang" in fate) request.resume();
  else if (fate && "answer" in fate) {
    const headers = { "content-type": "application/xml" };
    request.resume().once("end", () => response.writeHead(fate.answer, headers).end(fate.body));
  } else if (fate && "cutRequestAfter" in fate) {
    let left = fate.cutRequestAfter;
    request.on("data", ({ length }) => {
      left -= length;
      if (left <= 0) request.socket.resetAndDestroy();
    });
  } else forward(exchange);
}

function forward({ request, response, upstream, fate }: Exchange): void {
  const { method, url, headers } = request;
  const onward = http.request({ host: "127.0.0.1", port: upstream, method, path: url, headers, agent: false });
  const fail = () => request.socket.destroy();
  onward.once("error", fail);
  onward.once("response", (answer) => {
    answer.once("error", fail);
    if (fate && "loseAnswer" in fate) return void answer.resume().once("end", fail);
    const limit = fate && "cutAnswerAfter" in fate ? fate.cutAnswerAfter : Number.POSITIVE_INFINITY;
    const short = fate && "shortenTo" in fate ? fate.shortenTo : null;
    response.writeHead(answer.statusCode ?? 0, {
      ...answer.headers,
      ...(short === null ? {} : { "content-length": short }),
    });
    copy(answer, response, { limit: short ?? limit, end: short === null ? fail : () => response.end() });
  });
  request.pipe(onward);
}

/** Copies up to a number of bytes, and then does what is to be done instead of more. */
function copy(from: http.IncomingMessage, to: http.ServerResponse, stop: { limit: number; end: () => void }): void {
  let left = stop.limit;
  from.on("data", (chunk: Buffer) => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (left > 0) to.write(part);
    else to.write(part, stop.end);
    if (left <= 0) from.destroy();
  });
  from.once("end", () => to.end());
}
