// The small parts of the S3 store by themselves: the reader of its XML, names and addresses, and the budget of memory.
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { keyOf, nameOf, type S3Place, urlOf } from "#adapters/blob-store/s3/place.ts";
import { S3Problem } from "#adapters/blob-store/s3/problem.ts";
import { createRetry } from "#adapters/blob-store/s3/retry.ts";
import { createPartBudget } from "#adapters/blob-store/s3/upload/budget.ts";
import { bytesOfParts, largestObjectBytes, partBytes } from "#adapters/blob-store/s3/upload/plan.ts";
import { createShare } from "#adapters/blob-store/s3/upload/share.ts";
import { childrenOf, readXml, textOf, type XmlElement } from "#adapters/blob-store/s3/xml.ts";
import { freshKey } from "#test/suites/blob-store-harness.ts";

const mebibyte = 1024 * 1024;

describe("XML", () => {
  it("is read with declarations, prefixes, attributes, comments and empty elements", () => {
    const root = readXml(
      '<?xml version="1.0" encoding="UTF-8"?>\n<s3:List xmlns:s3="http://a/?b>c"><!-- <no> --><Key a=\'1\'>x</Key><Key/><Key>y</Key></s3:List>\n',
    ) as XmlElement;
    expect(root.name).toBe("List");
    expect(childrenOf(root, "Key").map(({ text }) => text)).toEqual(["x", "", "y"]);
    expect([textOf(root, "Key"), textOf(root, "None")]).toEqual(["x", ""]);
  });

  it("is read with its entities", () => {
    const root = readXml("<E><ETag>&quot;a&amp;b&quot; &lt;&#65;&#x42;&gt; &unknown; &#99999999;</ETag></E>");
    expect(textOf(root as XmlElement, "ETag")).toBe('"a&b" <AB> &unknown; &#99999999;');
  });

  it.each([
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a></a><b></b>",
    "<a></a>text",
    "</a>",
    "<a><b></a></b>",
    "<a",
    "<a><!-- </a>",
  ])("that is not one whole document is none: %s", (text) => {
    expect(readXml(text)).toBeNull();
  });

  it("is read in a time that grows with its length only", () => {
    const started = performance.now();
    readXml(`<a ${" x".repeat(100_000)}`);
    readXml(`<a>${"<b ".repeat(100_000)}`);
    readXml(`<a>${"<b>".repeat(100_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("names", () => {
  const place: S3Place = {
    bucket: "blobs",
    prefix: "a/b",
    region: "eu-west-1",
    endpoint: null,
    style: "virtual",
    encryption: null,
    kmsKey: null,
    storageClass: null,
  };

  it("lie below the prefix and lead back to their key", () => {
    const key = freshKey();
    expect(nameOf(place, key)).toBe(`a/b/${key}`);
    for (const ending of ["", ".tail", ".tail2", ".stash-0123abcd-12"])
      expect(keyOf(place, `a/b/${key}${ending}`)).toBe(key);
    for (const other of [key, `a/b/${key}.x`, `a/b/${key}.stash-1`, "a/b/berth-store.json", `a/bc/${key}`])
      expect(keyOf(place, other)).toBeNull();
  });

  it("are never outside the store", () => {
    for (const key of ["../../x", "aa/../../x", "", `zz/${crypto.randomUUID()}`])
      expect(() => nameOf(place, key)).toThrow("not a blob key");
  });

  it.each([
    [place, "https://blobs.s3.eu-west-1.amazonaws.com/x?uploads="],
    [{ ...place, style: "path" as const }, "https://s3.eu-west-1.amazonaws.com/blobs/x?uploads="],
    [{ ...place, endpoint: "http://h:9000" }, "http://blobs.h:9000/x?uploads="],
    [{ ...place, endpoint: "http://h:9000", style: "path" as const }, "http://h:9000/blobs/x?uploads="],
  ])("have an address in each style", (where, url) => {
    expect(urlOf(where, "x", { uploads: "" }).href).toBe(url);
  });
});

describe("parts", () => {
  it("are 8 MiB up to the thousandth and 64 MiB after it, 10,000 in all", () => {
    expect([partBytes(0), partBytes(999), partBytes(1000)]).toEqual([8, 8, 64].map((size) => size * mebibyte));
    expect(bytesOfParts(1001) - bytesOfParts(1000)).toBe(64 * mebibyte);
    expect(bytesOfParts(10_000)).toBe(largestObjectBytes);
  });
});

describe("retries", () => {
  const patience = { attemptMs: 1_000, totalMs: 400 };
  afterEach(() => void vi.restoreAllMocks());
  const fail = (code: string) => async () => {
    throw new S3Problem("answer", { status: 0, code });
  };

  it("wait for a bucket that is away only once, and for one that is slow every time", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const retry = createRetry(50);
    const failsAfter = async (code: string) => {
      const since = performance.now();
      await expect(retry(patience, null, fail(code))).rejects.toMatchObject({ code });
      return performance.now() - since;
    };
    expect(await failsAfter("TimeoutError")).toBeGreaterThan(350);
    expect(await failsAfter("ECONNREFUSED")).toBeGreaterThan(350);
    expect(await failsAfter("ECONNREFUSED")).toBeLessThan(200);
    expect(await failsAfter("TimeoutError")).toBeGreaterThan(350);
    expect(await retry(patience, null, async () => "here")).toBe("here");
    expect(await failsAfter("ECONNREFUSED")).toBeGreaterThan(350);
  });
});

describe("the budget", () => {
  it("makes uploads wait in line, and lets small ones by", async () => {
    const budget = createPartBudget(128 * mebibyte);
    const first = await budget.take(64 * mebibyte);
    const order: string[] = [];
    const named = async (name: string, sizeBytes: number) => {
      const memory = await budget.take(sizeBytes);
      order.push(name);
      return memory;
    };
    const second = named("second", 64 * mebibyte);
    const third = named("third", 8 * mebibyte);
    const small = await budget.take(mebibyte);
    small.free();
    small.free();
    await Promise.resolve();
    expect(order).toEqual([]);
    first.free();
    (await second).free();
    await third;
    expect(order).toEqual(["second", "third"]);
  });

  it("uses memory again", async () => {
    const budget = createPartBudget(128 * mebibyte);
    const part = await budget.take(8 * mebibyte);
    part.free();
    part.free();
    const again = await budget.take(8 * mebibyte);
    expect(again.bytes === part.bytes).toBe(true);
    expect((await budget.take(8 * mebibyte)).bytes === part.bytes).toBe(false);
  });

  it("never gives more than it has, whatever its users do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ sizeBytes: fc.integer({ min: 1, max: 100 }), lends: fc.boolean() })), run),
      { numRuns: 50 },
    );
    async function run(users: { sizeBytes: number; lends: boolean }[]) {
      const share = createShare(100, 1);
      let held = 0;
      const use = async ({ sizeBytes, lends }: { sizeBytes: number; lends: boolean }) => {
        const place = await share.take(sizeBytes);
        held += sizeBytes;
        expect(held).toBeLessThanOrEqual(100);
        const free = () => {
          held -= sizeBytes;
          place.free();
        };
        if (!lends) return void setImmediate(free);
        await new Promise<void>((resolve) => place.lend(async () => resolve(free())));
      };
      // The last ones are left with what nobody asks back.
      const all = users.map(use);
      const last = share.take(100);
      await Promise.all([last, ...all]);
      expect([held, share.freeBytes()]).toEqual([0, 0]);
    }
  });
});

describe("a share", () => {
  it("is asked back from whoever waits longest, when somebody needs it", async () => {
    const share = createShare(2, 20);
    const asked: string[] = [];
    for (const name of ["first", "second"]) {
      const place = await share.take(1);
      place.lend(async () => {
        asked.push(name);
        place.free();
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(asked).toEqual([]);
    await share.take(1);
    expect(asked).toEqual(["first"]);
    await share.take(1);
    expect(asked).toEqual(["first", "second"]);
  });

  it("is not asked back from who goes on, nor from who has just begun to wait", async () => {
    const share = createShare(1, 50);
    const place = await share.take(1);
    let asked = 0;
    const lend = () =>
      place.lend(async () => {
        asked++;
        place.free();
      });
    const next = share.take(1);
    for (let i = 0; i < 5; i++) {
      const goOn = lend();
      await new Promise((resolve) => setTimeout(resolve, 10));
      goOn();
    }
    expect(asked).toBe(0);
    lend();
    await next;
    expect(asked).toBe(1);
  });

  it("asks the next when one cannot give back", async () => {
    const share = createShare(2, 1);
    const stuck = await share.take(1);
    stuck.lend(() => Promise.reject(new Error("no")));
    const other = await share.take(1);
    other.lend(async () => other.free());
    await share.take(1);
  });
});
