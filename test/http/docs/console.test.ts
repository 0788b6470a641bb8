// The API console as a browser gets it: the page, its files, and what it may do.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";

describeMatrix("the API console", (kind) => {
  let berth: Target;
  let page: string;
  let addresses: string[];
  beforeAll(async () => {
    berth = await startTarget(kind);
    page = await (await berth.fetch("/docs/api")).text();
    addresses = [...page.matchAll(/(?:href|src)="(\/docs\/api\/[^"]+)"/g)].map(([, address]) => address as string);
  });
  afterAll(() => berth.close());

  it("is a page that runs its own scripts and styles alone, asks this server alone, and is in nobody's frame", async () => {
    const { status, headers } = await berth.fetch("/docs/api");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("is where /docs leads, also with a slash at its end", async () => {
    const answer = await berth.fetch("/docs/", { redirect: "manual" });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("/docs/api");
    expect((await berth.fetch("/docs/api/")).status).toBe(200);
  });

  it("has no script or style within the page, and nothing from elsewhere", () => {
    expect(addresses.length).toBeGreaterThan(4);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+="|https?:\/\//);
  });

  it("has files that a browser keeps for ever, each with its type", async () => {
    for (const address of await allFiles(berth, addresses)) {
      const answer = await berth.fetch(address);
      const text = await answer.text();
      expect(`${address} ${answer.status}`).toBe(`${address} 200`);
      expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(answer.headers.get("content-type")).toBe(typeOf(address));
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(text.length).toBeGreaterThan(50);
    }
  });

  it("asks again for the page, which is not sent twice", async () => {
    const first = await berth.fetch("/docs/api");
    await first.text();
    expect(first.headers.get("cache-control")).toBe("no-cache");
    const known = first.headers.get("etag") as string;
    const second = await berth.fetch("/docs/api", { headers: { "if-none-match": known } });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe("");
    expect((await berth.fetch("/docs/api", { headers: { "if-none-match": '"another"' } })).status).toBe(200);
  });

  it("gives a page of another version what it has, for this time", async () => {
    const answer = await berth.fetch("/docs/api/0000000000000000/main.js");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  });

  it("answers HEAD as GET, without a body", async () => {
    for (const path of ["/docs/api", addresses[0] as string]) {
      const answer = await berth.fetch(path, { method: "HEAD" });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("etag")).toMatch(/^(W\/)?"[0-9a-f]{16}(-gzip)?"$/);
      expect(await answer.text()).toBe("");
    }
  });

  it("has no other files", async () => {
    for (const name of ["files.ts", "package.json", "..%2ffiles.ts", "..%2f..%2f..%2fpackage.json", "constructor"]) {
      const answer = await berth.fetch(`/docs/api/any/${name}`);
      expect(`${name} ${answer.status}`).toBe(`${name} 404`);
      expect(await answer.json()).toMatchObject({ errors: [{ code: "NOT_FOUND" }] });
    }
  });

  it("is compressed for who takes that", async () => {
    const address = addresses.find((name) => name.endsWith("/swagger-ui-bundle.js")) as string;
    const answer = await berth.fetch(address, { headers: { "accept-encoding": "gzip" } });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    for (const wish of ["identity", "gzip;q=0"]) {
      const plain = await berth.fetch(address, { headers: { "accept-encoding": wish } });
      expect(plain.headers.get("content-encoding")).toBe(null);
      await plain.body?.cancel();
    }
    await answer.body?.cancel();
  });
});

/** What the page names, and what that imports. */
async function allFiles(berth: Target, addresses: readonly string[]): Promise<string[]> {
  const known = new Set(addresses);
  for (const address of known) {
    if (!/\.(js|css)$/.test(address) || address.includes("swagger-ui")) continue;
    const text = await (await berth.fetch(address)).text();
    for (const [, name] of text.matchAll(/^(?:import [^;]*?|@import )"\.\/([^"]+)"/gm))
      known.add(address.replace(/[^/]+$/, name as string));
  }
  expect(known.size).toBeGreaterThan(12);
  return [...known];
}

function typeOf(address: string): string {
  if (address.endsWith(".js")) return "text/javascript; charset=utf-8";
  return address.endsWith(".css") ? "text/css; charset=utf-8" : "image/svg+xml";
}
