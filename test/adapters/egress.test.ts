import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFetchEgress } from "#adapters/egress/fetch.ts";
import { createGuard } from "#adapters/egress/guard.ts";
import { createPinnedEgress } from "#adapters/egress/pinned.ts";

const closed = createGuard([]);
const open = createGuard(["127.0.0.0/8", "10.1.0.0/16", "fd00:1::/32"]);

describe("which addresses may be asked", () => {
  it.each(["8.8.8.8", "140.82.112.3", "2606:50c0:8000::153", "::ffff:8.8.8.8"])("%s", (address) => {
    expect(closed.allows(address)).toBe(true);
  });

  it.each([
    ...["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"],
    ...["192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1"],
    ...[
      "fd00::1",
      "ff02::1",
      "::ffff:127.0.0.1",
      "::ffff:a00:1",
      "64:ff9b::a00:1",
      "2002:a00:1::",
      "2001:db8::1",
      "::7f00:1",
    ],
    ...["", "localhost", "1.2.3", "01.2.3.4", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::"],
  ])("not %s", (address) => {
    expect(closed.allows(address)).toBe(false);
  });

  it("and what was allowed beside, no more", () => {
    for (const address of ["10.1.2.3", "127.5.5.5", "::ffff:10.1.2.3", "fd00:1::9"])
      expect(open.allows(address)).toBe(true);
    for (const address of ["10.2.0.1", "fd00:2::9", "192.168.0.1"]) expect(open.allows(address)).toBe(false);
  });

  it.each([
    ["https://gitlab.example.com/a", true],
    ["https://gitlab.example.com:8443", true],
    ["http://gitlab.example.com", false],
    ["https://127.0.0.1", false],
    ["https://2130706433", false],
    ["https://0x7f.1", false],
    ["https://[::1]/", false],
    ["https://[::ffff:169.254.169.254]/", false],
    ["https://localhost", false],
    ["https://user@gitlab.example.com", false],
    ["file:///etc/passwd", false],
    ["x", false],
  ] as [string, boolean][])("by a URL: %s is %s", (url, allowed) => {
    expect(closed.problem(url) === null).toBe(allowed);
  });

  it("without https only on this machine, where that is allowed", () => {
    expect([open.problem("http://127.0.0.1:1"), open.problem("http://localhost:1")]).toEqual([null, null]);
    expect(open.problem("http://10.1.2.3")).not.toBeNull();
  });
});

describe.each([
  ["by sockets", createPinnedEgress(open)],
  ["by fetch", createFetchEgress(open)],
])("asking %s", (_how, egress) => {
  let url: string;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url as string);
    if (request.url === "/json") response.end('{"a":1}');
    else if (request.url === "/large") response.end(`"${"x".repeat(300_000)}"`);
    else if (request.url === "/redirect") response.writeHead(302, { location: "/json" }).end();
    else if (request.url === "/text") response.end("no json");
    else response.writeHead(404).end();
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  it("gives what was answered", async () => {
    expect(await egress.getJson(`${url}/json`)).toEqual({ a: 1 });
  });

  it.each([
    ["/large", "more than"],
    ["/redirect", "answered"],
    ["/text", "no JSON"],
    ["/none", "answered 404"],
  ])("takes nothing from %s", async (path, why) => {
    const before = asked.length;
    await expect(egress.getJson(`${url}${path}`)).rejects.toThrow(why);
    expect(asked.slice(before)).toEqual([path]);
  });

  it("says that nobody answers", async () => {
    await expect(egress.getJson("http://127.0.0.1:9/")).rejects.toThrow("cannot be reached");
    await expect(egress.getJson("https://10.2.0.1/")).rejects.toThrow("private network");
  });
});

describe("a name", () => {
  const named = (guard: typeof closed, ...answers: string[]) => {
    const asked: string[] = [];
    const egress = createPinnedEgress(guard, async (host) => {
      asked.push(host);
      return answers.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    });
    return { asked, egress };
  };

  it.each(["10.2.0.7", "127.0.0.1", "::1", "169.254.169.254"])("that leads to %s is not asked", async (address) => {
    const { egress } = named(closed, address);
    await expect(egress.getJson("https://issuer.example/")).rejects.toThrow("private network");
  });

  it("is resolved once, and only an address that may be asked is connected to", async () => {
    let greeting = "";
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        greeting += bytes.toString("latin1");
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { egress, asked } = named(open, "10.2.0.7", "127.0.0.1");
    const url = `https://issuer.example:${(server.address() as AddressInfo).port}/`;
    await expect(egress.getJson(url)).rejects.toThrow("cannot be reached");
    expect(asked).toEqual(["issuer.example"]);
    // What TLS tells first is whom it wants to talk to.
    expect(greeting).toContain("issuer.example");
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });
});
