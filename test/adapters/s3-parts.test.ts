// The small parts of the S3 store by themselves: the reader of its XML, names and addresses, and the budget of memory.
import { describe, expect, it } from "vitest";
import { keyOf, nameOf, type S3Place, urlOf } from "#adapters/blob-store/s3/place.ts";
import { createPartBudget, leastBudgetBytes } from "#adapters/blob-store/s3/upload/budget.ts";
import { bytesOfParts, largestObjectBytes, partBytes } from "#adapters/blob-store/s3/upload/plan.ts";
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
    for (const ending of ["", ".tail", ".tail2"]) expect(keyOf(place, `a/b/${key}${ending}`)).toBe(key);
    for (const other of [key, `a/b/${key}.x`, "a/b/berth-store.json", `a/bc/${key}`])
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

describe("the budget", () => {
  it("makes uploads wait in line, and lets small ones by", async () => {
    const budget = createPartBudget(leastBudgetBytes);
    const first = await budget.part(64 * mebibyte);
    const order: string[] = [];
    const second = budget.part(64 * mebibyte).then((part) => {
      order.push("second");
      return part;
    });
    const third = budget.part(8 * mebibyte).then((part) => {
      order.push("third");
      return part;
    });
    const give = await budget.small();
    give();
    give();
    await Promise.resolve();
    expect(order).toEqual([]);
    first.free(true);
    (await second).free(true);
    await third;
    expect(order).toEqual(["second", "third"]);
  });

  it("uses memory again, but not what somebody may still be reading", async () => {
    const budget = createPartBudget(leastBudgetBytes);
    const part = await budget.part(8 * mebibyte);
    part.free(true);
    const again = await budget.part(8 * mebibyte);
    expect(again.memory === part.memory).toBe(true);
    again.free(false);
    expect((await budget.part(8 * mebibyte)).memory === part.memory).toBe(false);
  });
});
