// Bun's own HTTP or HTTPS server: limits, and draining.
import fs from "node:fs";
import type { Context as HonoContext } from "hono";
import type { Connection, RuntimeEnvironment } from "#http/environment.ts";
import { createDrain, refusal, sleep } from "../drain.ts";
import { listenProblem } from "../listen-problem.ts";
import type { Fetch, Listener, ListenOptions } from "../machine.ts";
import { StartError } from "../node/secret-key.ts";
import { bun, type ServeOptions } from "./server.ts";

/** Bun knows no longer time. */
const maxIdleSeconds = 255;
const lastAnswersMs = 200;

/** What goes with each request. */
interface Incoming extends RuntimeEnvironment {
  connection: Connection;
}

/** How a request came in. */
export function connectionOf(c: HonoContext): Connection {
  return (c.env as Incoming | undefined)?.connection ?? { address: null, secure: false };
}

/** @throws StartError when the port is taken or the certificate cannot be read. */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<Listener> {
  const drain = createDrain();
  // Before a head is whole, and between two requests of a connection.
  const idleTimeout = Math.min(maxIdleSeconds, Math.max(1, Math.min(options.headerSeconds, options.idleSeconds)));
  const answer: ServeOptions["fetch"] = async (request, server) => {
    if (drain.draining && drain.refuses(request.method, new URL(request.url).pathname))
      return new Response(refusal.body, refusal);
    drain.began();
    // While a request is under way the application alone judges whether its client moves.
    server.timeout(request, 0);
    const incoming: Incoming = {
      connection: { address: server.requestIP(request)?.address ?? null, secure: options.tls !== null },
      ended() {
        server.timeout(request, idleTimeout);
        drain.ended();
      },
    };
    const response = await fetch(request, incoming);
    // The rest of a body that was not read would be taken for ever: its client may have stopped in the middle.
    if (drain.draining || response.status === 408) response.headers.set("Connection", "close");
    return response;
  };
  const server = serve({
    hostname: options.host,
    port: options.port,
    idleTimeout,
    // The store and the rules say what is too much.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    ...readCertificate(options),
    fetch: answer,
    error(error) {
      // The stream of an answer broke off: the application has recorded why, and the client learns it by the connection's end.
      options.log.debug({ error: String(error) }, "an answer could not be sent");
      return new Response(null, { status: 500 });
    },
  });
  function serve(given: ServeOptions) {
    try {
      return bun.serve(given);
    } catch (error) {
      throw listenProblem(error, options);
    }
  }
  return {
    host: server.hostname,
    port: server.port,
    draining: () => drain.draining,
    async drain(seconds) {
      // Connections are taken until the end: an upload may use several, and everybody else is told to come again.
      await drain.quiet(seconds);
      await Promise.race([server.stop(), sleep(lastAnswersMs)]);
      await server.stop(true);
    },
  };
}

function readCertificate({ tls }: ListenOptions): Pick<ServeOptions, "tls"> {
  if (!tls) return {};
  try {
    return { tls: { cert: fs.readFileSync(tls.cert, "utf8"), key: fs.readFileSync(tls.key, "utf8") } };
  } catch (error) {
    throw new StartError(
      `the certificate or key named by BERTH_TLS_CERT and BERTH_TLS_KEY cannot be used: ${(error as Error).message}`,
    );
  }
}
