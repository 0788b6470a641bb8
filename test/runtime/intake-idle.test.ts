// Connections whose requests were taken over, and on which nothing comes any more.
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeOverBodies } from "#runtime/node/direct/intake/take-over.ts";

const size = 200_000;
const keepAliveMs = 200;
const source = { buffer: () => new ArrayBuffer(64 * 1024), recycle() {} };

describe("a connection that was taken over", () => {
  const server = http.createServer();
  let taken = 0;
  beforeAll(async () => {
    server.keepAliveTimeout = keepAliveMs;
    takeOverBodies(server, {
      wants: () => true,
      async handle(req, res, intake) {
        taken++;
        let bytes = 0;
        const count = (more: number) => {
          bytes += more;
        };
        if (req.url === "/read")
          await intake.body({ bytesPerSecond: 1, seconds: 30 }, count).eachSlab(source, async () => {});
        res.writeHead(req.url === "/read" ? 200 : 404, { "Content-Length": 0, "X-Bytes": bytes }).end();
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });

  /** Sends, and reads until the server ends the connection. */
  async function exchange(pieces: (string | Uint8Array)[], { halfClose = false } = {}) {
    const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("error", () => {});
    for (const piece of pieces) socket.write(piece);
    if (halfClose) socket.end();
    let seen = "";
    socket.on("data", (data) => {
      seen += data.toString("latin1");
    });
    const closed = new Promise<string>((resolve) => socket.once("close", () => resolve("closed")));
    const late = new Promise<string>((resolve) => setTimeout(() => resolve("still open"), keepAliveMs * 15));
    const end = await Promise.race([closed, late]);
    socket.destroy();
    return { seen, end, statuses: [...seen.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)) };
  }
  const headOf = (where: string) => `PATCH ${where} HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`;

  it("ends when no further request comes in the time for which it is kept", async () => {
    const { end, statuses, seen } = await exchange([headOf("/read"), new Uint8Array(size)]);
    expect([end, statuses]).toEqual(["closed", [200]]);
    expect(seen).toContain(`X-Bytes: ${size}`);
  });

  it("ends when the body of a request that was refused does not come", async () => {
    for (const pieces of [[headOf("/refused")], [headOf("/refused"), new Uint8Array(1000)]]) {
      const { end, statuses } = await exchange(pieces);
      expect([end, statuses]).toEqual(["closed", [404]]);
    }
  });

  it.each(["/read", "/refused"])("answers a client that has ended its side after its request (%s)", async (where) => {
    const { end, statuses } = await exchange([headOf(where), new Uint8Array(size)], { halfClose: true });
    expect([end, statuses]).toEqual(["closed", [where === "/read" ? 200 : 404]]);
  });

  it("serves many requests, and each is taken over", async () => {
    taken = 0;
    const requests = Array.from({ length: 25 }, (_, i) => [headOf(i % 2 ? "/read" : "/refused"), new Uint8Array(size)]);
    const { end, statuses } = await exchange(requests.flat());
    expect([end, statuses]).toEqual(["closed", requests.map((_, i) => (i % 2 ? 200 : 404))]);
    expect(taken).toBe(25);
  });
});
