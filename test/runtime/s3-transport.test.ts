// The transport of requests to a bucket: whole bodies both ways, and no clean end of what was cut.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createNodeTransport } from "#runtime/node/s3/transport.ts";

let server: Server | null = null;
const { transport, close } = createNodeTransport();
afterEach(async () => {
  close();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(null));
});

async function ask(listener: RequestListener, init: { body?: Uint8Array<ArrayBuffer>; signal?: AbortSignal } = {}) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return transport(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, {
    method: init.body ? "PUT" : "GET",
    headers: new Headers({ "x-a": "b" }),
    body: init.body ?? null,
    signal: init.signal ?? new AbortController().signal,
  });
}

describe("the transport", () => {
  it("sends a body with its length and gives the answer", async () => {
    const response = await ask(
      async (request, answer) => {
        const bytes = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
        answer.writeHead(201, { etag: '"e"' }).end(`${request.headers["content-length"]} ${bytes.length}`);
      },
      { body: new Uint8Array(3_000_000) },
    );
    expect([response.status, response.headers.get("etag")]).toEqual([201, '"e"']);
    expect(await response.text()).toBe("3000000 3000000");
  });

  it("breaks the stream of an answer that was cut short", async () => {
    const response = await ask((_, answer) => {
      answer.writeHead(200, { "content-length": "1000" });
      answer.write("x".repeat(500), () => answer.destroy());
    });
    await expect(response.text()).rejects.toThrow();
  });

  it("gives up at once when it is told to", async () => {
    const ending = new AbortController();
    const asking = ask(() => ending.abort(), { signal: ending.signal });
    await expect(asking).rejects.toThrow(/abort/i);
  });

  it("knows answers without a body", async () => {
    const response = await ask((_, answer) => answer.writeHead(204).end());
    expect([response.status, response.body]).toEqual([204, null]);
  });

  it("sends no more of a body that was refused", async () => {
    let closed = false;
    const response = await ask(
      (request, answer) => {
        request.socket.once("close", () => {
          closed = true;
        });
        answer.writeHead(503).end("busy");
      },
      { body: new Uint8Array(64 * 1024 * 1024) },
    );
    expect([response.status, await response.text()]).toEqual([503, "busy"]);
    await expect.poll(() => closed).toBe(true);
  });

  it("lets a large answer wait for its reader, and go away", async () => {
    let sent = 0;
    const response = await ask((_, answer) => {
      const more = () => {
        while (sent < 500 && !answer.destroyed) {
          sent++;
          if (!answer.write(new Uint8Array(1024 * 1024))) return answer.once("drain", more);
        }
      };
      more();
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent).toBeLessThan(60);
    await reader.cancel();
  });
});
