import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, startTarget, type Target } from "#test/setup/target.ts";
import { as } from "../access/registry.ts";

const proxy = "10.0.0.9";
const stranger = "192.0.2.1";

describe("the server's address in a challenge", () => {
  let berth: Target;
  let secure = false;
  beforeAll(async () => {
    berth = await startTarget("fetch", {
      trustedProxies: ["10.0.0.0/8", "fd00::1"],
      around: { connection: (c) => ({ address: c.req.header("x-test-peer") ?? null, secure }) },
    });
  });
  afterAll(() => berth.close());

  const challenge = async (peer: string, headers: Record<string, string>) => {
    const answer = await berth.fetch("/v2/", { headers: { "x-test-peer": peer, ...headers } });
    const text = answer.headers.get("www-authenticate") ?? "";
    const [, realm, service] = /^Bearer realm="([^"]*)\/auth\/token",service="([^"]*)"$/.exec(text) ?? [];
    return { realm, service };
  };

  const cases: [string, string, Record<string, string>, string][] = [
    ["the request's host", stranger, { host: "reg.example" }, "http://reg.example"],
    ["a port that is not the default", stranger, { host: "reg.example:5443" }, "http://reg.example:5443"],
    ["an IPv6 address", stranger, { host: "[::1]:5000" }, "http://[::1]:5000"],
    [
      "nothing of a stranger's scheme",
      stranger,
      { host: "reg.example", "x-forwarded-proto": "https" },
      "http://reg.example",
    ],
    [
      "nothing of a stranger's host",
      stranger,
      { host: "reg.example", "x-forwarded-host": "evil.example" },
      "http://reg.example",
    ],
    [
      "nothing of a stranger's port",
      stranger,
      { host: "reg.example", "x-forwarded-port": "666" },
      "http://reg.example",
    ],
    ["a proxy's scheme", proxy, { host: "reg.example", "x-forwarded-proto": "https" }, "https://reg.example"],
    [
      "a proxy's host",
      proxy,
      { host: "inner", "x-forwarded-proto": "https", "x-forwarded-host": "reg.example" },
      "https://reg.example",
    ],
    [
      "a proxy's host with its port",
      proxy,
      { host: "inner", "x-forwarded-host": "reg.example:8443", "x-forwarded-proto": "https" },
      "https://reg.example:8443",
    ],
    [
      "a proxy's port",
      proxy,
      { host: "reg.example", "x-forwarded-proto": "https", "x-forwarded-port": "8443" },
      "https://reg.example:8443",
    ],
    [
      "not a proxy's default port",
      proxy,
      { host: "reg.example", "x-forwarded-proto": "https", "x-forwarded-port": "443" },
      "https://reg.example",
    ],
    [
      "the first of several schemes",
      proxy,
      { host: "reg.example", "x-forwarded-proto": "https, http" },
      "https://reg.example",
    ],
    ["no scheme that is none", proxy, { host: "reg.example", "x-forwarded-proto": "javascript" }, "http://reg.example"],
    ["no port that is none", proxy, { host: "reg.example", "x-forwarded-port": '1"' }, "http://reg.example"],
    [
      "a trusted IPv6 proxy's scheme",
      "fd00::1",
      { host: "reg.example", "x-forwarded-proto": "https" },
      "https://reg.example",
    ],
    [
      "a proxy seen through an IPv4-mapped address",
      "::ffff:10.1.2.3",
      { host: "reg.example", "x-forwarded-proto": "https" },
      "https://reg.example",
    ],
  ];
  it.each(cases)("is %s", async (_what, peer, headers, expected) => {
    const { realm, service } = await challenge(peer, headers);
    expect(realm).toBe(expected);
    expect(service).toBe(expected.replace(/^https?:\/\//, ""));
  });

  it("has https when the connection itself is encrypted", async () => {
    secure = true;
    expect((await challenge(stranger, { host: "reg.example:5443" })).realm).toBe("https://reg.example:5443");
    secure = false;
  });

  const hostile = [
    'evil"x',
    "evil.example/path",
    "evil example",
    "evil\\",
    "a,b",
    'x",scope="repository:a/b:push',
    "user@evil",
    "<script>",
  ];
  it.each(hostile)("never holds a host like %s, from a client or a proxy", async (host) => {
    for (const headers of [{ host }, { host: "reg.example", "x-forwarded-host": host }]) {
      const answer = await berth.fetch("/v2/", {
        headers: { "x-test-peer": proxy, ...headers } as Record<string, string>,
      });
      const text = answer.headers.get("www-authenticate") ?? "";
      expect(text).toMatch(/^Bearer realm="http:\/\/[a-z.]+\/auth\/token",service="[a-z.]+"$/);
    }
  });

  it("locations are relative, so that no proxy can spoil them", async () => {
    const answer = await berth.fetch("/v2/team/app/blobs/uploads/", {
      method: "POST",
      ...as(berth.admin, { "x-test-peer": proxy, "x-forwarded-host": "evil.example", host: "evil.example" }),
    });
    expect(answer.headers.get("location")).toMatch(/^\/v2\/team\/app\/blobs\/uploads\/[0-9a-f-]+$/);
    const ping = await berth.fetch("/v2", { redirect: "manual", ...as(berth.admin, { host: "evil.example" }) });
    expect(ping.headers.get("location")).toBe("/v2/");
  });

  const addresses: [string, string, string | undefined, string][] = [
    ["the peer", stranger, undefined, stranger],
    ["the peer, whatever a stranger says", stranger, "1.2.3.4", stranger],
    ["whom the proxy saw", proxy, "1.2.3.4", "1.2.3.4"],
    ["the last that no proxy is", proxy, "6.6.6.6, 1.2.3.4, 10.0.0.7", "1.2.3.4"],
    ["the first, when all are proxies", proxy, "10.0.0.5, 10.0.0.7", "10.0.0.5"],
    ["the proxy, when it says nothing", proxy, undefined, proxy],
  ];
  it.each(addresses)("the client's address is %s", async (_what, peer, forwarded, expected) => {
    const more = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    await berth.fetch("/live", { headers: { "x-test-peer": peer, ...more } });
    expect(berth.records.at(-1)?.address).toBe(expected);
  });

  it("a client cannot shake off its failed logins by naming other addresses", async () => {
    const seen: number[] = [];
    for (let i = 0; i < 8; i++) {
      const headers = { "x-test-peer": proxy, "x-forwarded-for": `6.6.6.${i}, 203.0.113.5` };
      seen.push((await berth.fetch("/v2/", as(basic("nobody", "x"), headers))).status);
    }
    expect(seen).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
  });
});

describe("the server's address, when it is set", () => {
  it("wins over all that a request says", async () => {
    const berth = await startTarget("fetch", {
      trustedProxies: ["10.0.0.0/8"],
      around: { publicUrl: "https://reg.example:8443", connection: () => ({ address: proxy, secure: false }) },
    });
    const headers = { host: "other", "x-forwarded-host": "another", "x-forwarded-proto": "http" };
    const answer = await berth.fetch("/v2/", { headers });
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer realm="https://reg.example:8443/auth/token",service="reg.example:8443"',
    );
    await berth.close();
  });
});
