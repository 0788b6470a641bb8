// A reverse proxy before a Berth: it notes what clients send it, and refuses large bodies as Cloudflare does, before Berth sees them.
import http from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came to the proxy. */
export interface Passed {
  method: string;
  path: string;
  hasTicket: boolean;
  hasCredentials: boolean;
  /** From Content-Length, or null when it came in chunks. */
  lengthBytes: number | null;
  agent: string;
  /** 0 while there was no answer. */
  status: number;
}

export interface Gate {
  port: number;
  passed: Passed[];
  /** Leads to a Berth from now on. */
  leadTo(host: string): void;
  close(): Promise<void>;
}

/** What Cloudflare says of a body that is too large, in short. */
const refusal = "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body></body>\r\n</html>\r\n";

const lingerMs = 5_000;

/** On this machine only. @param limitBytes what a body may have at most; null: anything. */
export async function startGate(limitBytes: number | null): Promise<Gate> {
  const passed: Passed[] = [];
  let target = "";
  const server = http.createServer((req, res) => {
    const note = noteOf(req);
    passed.push(note);
    const answer = (status: number, headers: http.OutgoingHttpHeaders) => {
      note.status = status;
      res.writeHead(status, headers);
    };
    void pass({ req, res, answer }, { target, limitBytes });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    passed,
    leadTo: (host) => {
      target = host;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function noteOf({ method = "", url = "", headers }: http.IncomingMessage): Passed {
  const [path = "", query] = url.split("?");
  const length = headers["content-length"];
  const lengthBytes = length === undefined ? (headers["transfer-encoding"] ? null : 0) : Number(length);
  const hasTicket = new URLSearchParams(query).has("ticket");
  const { authorization, "user-agent": agent = "" } = headers;
  return { method, path, hasTicket, hasCredentials: authorization !== undefined, lengthBytes, agent, status: 0 };
}

interface Exchange {
  req: http.IncomingMessage;
  res: http.ServerResponse;
  answer(status: number, headers: http.OutgoingHttpHeaders): void;
}

async function pass(exchange: Exchange, { target, limitBytes }: { target: string; limitBytes: number | null }) {
  const { req, res } = exchange;
  const [hostname, port] = target.split(":");
  const forward = () =>
    http
      .request({ hostname, port, method: req.method, path: req.url, headers: req.headers }, (answered) => {
        exchange.answer(answered.statusCode ?? 502, answered.headers);
        answered.pipe(res);
      })
      .once("error", () => res.destroy());
  if (limitBytes === null) return void req.pipe(forward());
  if (Number(req.headers["content-length"] ?? 0) > limitBytes) return refuse(exchange);
  // A proxy with a limit takes a body whole before it passes it on.
  const pieces: Buffer[] = [];
  let size = 0;
  const taken = await new Promise<boolean>((resolve) => {
    req.on("data", (piece: Buffer) => {
      size += piece.length;
      pieces.push(piece);
      if (size > limitBytes) resolve(false);
    });
    req.once("end", () => resolve(true)).once("error", () => resolve(false));
  });
  if (taken && size <= limitBytes) forward().end(Buffer.concat(pieces));
  else if (size > limitBytes) refuse(exchange);
  else res.destroy();
}

/** Answers at once, and reads over what still comes before it closes, as nginx and its kin do: the client gets to read the answer. */
function refuse({ req, res, answer }: Exchange): void {
  const headers = { "Content-Type": "text/html", "Content-Length": refusal.length, Connection: "close" };
  answer(413, { ...headers, Server: "cloudflare" });
  res.write(refusal);
  const late = setTimeout(() => res.end(), lingerMs);
  const end = () => {
    clearTimeout(late);
    res.end();
  };
  req.removeAllListeners("data").once("end", end).once("error", end).resume();
}
