import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { imageOf } from "./content.ts";
import { changeRepository, errorCode, pushBlob, pushImage, pushManifest, send } from "./requests.ts";

const repo = "lists/tags";
const names = ["0", "A", "Z", "_u", "a", "a-1", "a.1", "a_1", "aa", "b", "latest", "v1.10", "v1.9", "z"];

describeMatrix("lists", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    const image = await pushImage(berth, repo);
    for (const name of names.toReversed()) await pushManifest(berth, repo, image, name);
  });
  afterAll(() => berth.close());

  const list = async (path: string, auth = berth.admin) => {
    const answer = await send(berth, "GET", path, { auth });
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    return { status: answer.status, link: answer.headers.get("link"), answer, ...JSON.parse(answer.text) };
  };
  /** Follows the Link to the end. */
  const follow = async (path: string, key: string, auth = berth.admin) => {
    const pages: string[][] = [];
    for (let next: string | null = path; next !== null; ) {
      const page: Record<string, unknown> & { link: string | null } = await list(next, auth);
      pages.push(page[key] as string[]);
      if (page.link) expect(page.link).toMatch(/^<\/v2\/[^>]+>; rel="next"$/);
      next = page.link && (/^<([^>]+)>/.exec(page.link)?.[1] ?? null);
    }
    return pages;
  };

  describe("tags", () => {
    const path = `/v2/${repo}/tags/list`;

    it("come in byte order, all in one page", async () => {
      const page = await list(path);
      expect([page.status, page.name, page.link]).toEqual([200, repo, null]);
      expect(page.tags).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)));
    });

    it.each([1, 2, 5, 13, 14, 100])("come in pages of %i, each leading to the next", async (n) => {
      const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
      const pages = await follow(`${path}?n=${n}`, "tags");
      expect(pages.flat()).toEqual(sorted);
      expect(pages.slice(0, -1).every((page) => page.length === n)).toBe(true);
      expect(pages.length).toBe(Math.ceil(names.length / n));
    });

    it.each(["", "a", "a-", "b", "latest", "nothing-like-it", "zz"])(
      "come strictly after last=%j, which need not exist",
      async (last) => {
        const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
        expect((await list(`${path}?last=${last}`)).tags).toEqual(sorted.filter((name) => name > last));
        expect((await list(`${path}?last=${last}&n=2`)).tags).toEqual(sorted.filter((name) => name > last).slice(0, 2));
      },
    );

    it("are none for n=0, with no Link", async () => {
      const page = await list(`${path}?n=0`);
      expect([page.status, page.tags, page.link]).toEqual([200, [], null]);
    });

    it.each(["-1", "x", "1.5", "1e3", " 1", "0x10"])("are refused for n=%j", async (n) => {
      const page = await list(`${path}?n=${encodeURIComponent(n)}`);
      expect([page.status, errorCode(page.answer)]).toEqual([400, "PAGINATION_NUMBER_INVALID"]);
    });

    it("are cut to what a page may hold when n is too large", async () => {
      for (const n of ["10000", "99999", "999999999999999"])
        expect((await list(`${path}?n=${n}`)).tags.length).toBe(names.length);
    });

    it("are none after a last that no name can be", async () => {
      expect((await list(`${path}?last=%00`)).status).toBeLessThan(500);
      expect((await list(`${path}?last=%F0%9F%98%80`)).tags).toEqual([]);
    });

    it("are an empty list where nothing has a tag, and 404 where there is no repository", async () => {
      await pushImage(berth, "lists/untagged");
      const none = await list("/v2/lists/untagged/tags/list");
      expect([none.status, none.tags]).toEqual([200, []]);
      const unknown = await list("/v2/lists/nowhere/tags/list");
      expect([unknown.status, errorCode(unknown.answer)]).toEqual([404, "NAME_UNKNOWN"]);
      expect(unknown.errors[0].detail).toEqual({ name: "lists/nowhere" });
    });

    it("keep unknown parameters harmless", async () => {
      expect((await list(`${path}?ns=docker.io&n=1`)).tags).toEqual(["0"]);
    });
  });

  describe("the catalog", () => {
    const all = ["lists/b", "lists/b-1", "lists/b/c", "lists/z"];
    let alice: string;
    beforeAll(async () => {
      alice = await berth.addUser("alice");
      for (const name of all.toReversed()) await pushBlob(berth, name);
      await pushBlob(berth, "alice/own", undefined, alice);
      await changeRepository(berth, "lists/b/c", { visibility: "public" });
    });

    it("holds every repository in byte order, page by page", async () => {
      const whole = (await list("/v2/_catalog")).repositories as string[];
      expect(whole).toEqual(whole.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(whole).toEqual(expect.arrayContaining([...all, "alice/own", repo]));
      for (const n of [1, 2, 100]) expect((await follow(`/v2/_catalog?n=${n}`, "repositories")).flat()).toEqual(whole);
      expect((await list("/v2/_catalog?last=lists/b-1&n=1")).repositories).toEqual(["lists/b/c"]);
    });

    it("holds for others what is public and what is their own", async () => {
      expect((await list("/v2/_catalog", alice)).repositories).toEqual(["alice/own", "lists/b/c"]);
      expect((await follow("/v2/_catalog?n=1", "repositories", alice)).flat()).toEqual(["alice/own", "lists/b/c"]);
    });

    it("is empty for n=0 and refused for garbage", async () => {
      const none = await list("/v2/_catalog?n=0");
      expect([none.repositories, none.link]).toEqual([[], null]);
      const garbage = await list("/v2/_catalog?n=many");
      expect([garbage.status, errorCode(garbage.answer)]).toEqual([400, "PAGINATION_NUMBER_INVALID"]);
    });

    it("asks who shows no credentials for them, with the scope that is needed", async () => {
      const answer = await send(berth, "GET", "/v2/_catalog", { auth: null });
      expect([answer.status, errorCode(answer)]).toEqual([401, "UNAUTHORIZED"]);
      expect(answer.headers.get("www-authenticate")).toContain('scope="registry:catalog:*"');
    });
  });

  it("has tags of many images and pages through them without a gap", async () => {
    const image = await pushImage(berth, "lists/many");
    const wanted = Array.from({ length: 60 }, (_, i) => `t${String(i).padStart(3, "0")}`);
    for (let i = 0; i < 60; i += 20)
      await pushManifest(
        berth,
        "lists/many",
        imageOf(image.config, [image.layer], { i }),
        `${imageOf(image.config, [image.layer], { i }).digest}?${wanted
          .slice(i, i + 20)
          .map((t) => `tag=${t}`)
          .join("&")}`,
      );
    expect((await follow("/v2/lists/many/tags/list?n=7", "tags")).flat()).toEqual(wanted);
  });
});
