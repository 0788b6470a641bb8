import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { configType, indexOf, unknownDigest } from "../v2/content.ts";
import { changeRepository, errorCode, pushImage, pushManifest, putManifest, send } from "../v2/requests.ts";
import { askAbout, type Json, namesOf } from "./images.ts";

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeMatrix("tags on the management API", (kind) => {
  let berth: Target;
  const ask = (method: string, path: string) => askAbout(berth, "tagged/app").ask(method, path);
  const get = (path: string) => askAbout(berth, "tagged/app").get(path);
  let image: Awaited<ReturnType<typeof pushImage>>;
  const all = ["1.0", "1.1", "A", "_x", "a", "b", "latest"];
  beforeAll(async () => {
    berth = await startTarget(kind);
    image = await pushImage(berth, "tagged/app", { tag: "latest" });
    await pushManifest(berth, "tagged/app", image, `${image.digest}?tag=1.0&tag=1.1&tag=A&tag=_x&tag=a&tag=b`);
  });
  afterAll(() => berth.close());

  describe("are listed", () => {
    it("as a bare list in DTR's form", async () => {
      const tags = await get("/tags?pageSize=100");
      expect(namesOf(tags)).toEqual(all);
      const { createdAt, updatedAt, ...tag } = tags.at(-1) as Json;
      expect([createdAt, updatedAt].map((text) => time.test(String(text)))).toEqual([true, true]);
      expect(tag).toEqual({
        name: "latest",
        digest: image.digest,
        author: "admin",
        hashMismatch: false,
        inNotary: false,
        manifest: { digest: image.digest },
      });
    });

    it("with their manifests when that is asked", async () => {
      const [tag] = await get("/tags?pageSize=1&includeManifests=true&domain=127.0.0.1");
      expect(tag?.manifest).toMatchObject({
        digest: image.digest,
        mediaType: image.mediaType,
        size: image.config.bytes.byteLength + image.layer.bytes.byteLength,
        configDigest: image.config.digest,
        configMediaType: configType,
      });
    });

    it.each([
      ["pageSize", "pageStart", "tags"],
      ["limit", "start", "tags"],
    ])("by pages of %s from %s", async (size, start, list) => {
      for (const many of [1, 2, 3, 7]) {
        const seen: unknown[] = [];
        let from = "";
        do {
          const page = await ask("GET", `/${list}?${size}=${many}&${start}=${encodeURIComponent(from)}&count=true`);
          expect(page.headers.get("x-resource-count")).toBe(String(all.length));
          const names = namesOf(JSON.parse(page.text));
          expect(names.length <= many).toBe(true);
          seen.push(...names);
          from = page.headers.get("x-next-page-start") ?? "";
        } while (from);
        expect(seen).toEqual(all);
      }
    });

    it("from any text on, and only a whole number at a time", async () => {
      expect(namesOf(await get("/tags?pageStart=zz%00"))).toEqual([]);
      expect(namesOf(await get("/tags?pageStart=b"))).toEqual(["b", "latest"]);
      const refused = await ask("GET", "/tags?pageSize=x");
      expect([refused.status, errorCode(refused)]).toEqual([400, "INVALID_PARAMETERS"]);
    });

    it("of a repository whose name has slashes, and of one without any", async () => {
      const deep = await pushImage(berth, "tagged/deep/er", { tag: "t" });
      expect(namesOf(await askAbout(berth, "tagged/deep/er").get("/tags/"))).toEqual(["t"]);
      await askAbout(berth, "tagged/deep/er").ask("DELETE", `/manifests/${deep.digest}`);
      expect(await askAbout(berth, "tagged/deep/er").get("/tags")).toEqual([]);
    });
  });

  describe("are looked at", () => {
    it("by name", async () => {
      const tags = await get("/tags/latest");
      expect(namesOf(tags)).toEqual(["latest"]);
      expect((tags[0] as { manifest: Json }).manifest).toMatchObject({
        digest: image.digest,
        mediaType: image.mediaType,
      });
    });

    it("by digest: all that name it", async () => {
      expect(namesOf(await get(`/tags/${image.digest}`))).toEqual(all);
      const untagged = await pushImage(berth, "tagged/app");
      expect(await get(`/tags/${untagged.digest}`)).toEqual([]);
    });

    it("once for each manifest of an index", async () => {
      const other = await pushImage(berth, "tagged/app");
      const index = await pushManifest(berth, "tagged/app", indexOf([image, other]), "multi");
      const tags = (await get("/tags/multi")) as { name: string; digest: string; manifest: Json }[];
      expect(tags.map(({ name, digest, manifest }) => [name, digest, manifest.digest])).toEqual([
        ["multi", index.digest, image.digest],
        ["multi", index.digest, other.digest],
      ]);
      const empty = await pushManifest(berth, "tagged/app", indexOf([]), "empty");
      expect((await get("/tags/empty")).map(({ manifest }) => (manifest as Json).digest)).toEqual([empty.digest]);
      for (const name of ["multi", "empty"]) await ask("DELETE", `/tags/${name}`);
    });

    it("also where an index names what is not here", async () => {
      await send(berth, "POST", "/api/v0/repositories/tagged", {
        body: new TextEncoder().encode('{"name":"sparse","sparse":true}'),
      });
      const away = unknownDigest();
      const index = indexOf([{ bytes: new Uint8Array(7), digest: away }]);
      await pushManifest(berth, "tagged/sparse", index, "half");
      const [tag] = await askAbout(berth, "tagged/sparse").get("/tags/half");
      expect(tag?.manifest).toMatchObject({ digest: away, size: 7 });
    });

    it.each([
      ["none", 404, "NO_SUCH_REF"],
      ["-none", 404, "NO_SUCH_REF"],
      ["%00", 404, "NO_SUCH_REF"],
      [unknownDigest(), 404, "NO_SUCH_REF"],
      ["sha256:12", 400, "INVALID_DIGEST"],
      ["md5:00000000000000000000000000000000", 400, "INVALID_DIGEST"],
    ])("%s is refused", async (reference, status, code) => {
      for (const list of ["tags", "manifests"]) {
        const answer = await ask("GET", `/${list}/${reference}`);
        expect([list, answer.status, errorCode(answer)]).toEqual([list, status, code]);
      }
    });
  });

  describe("are deleted", () => {
    it("alone", async () => {
      await pushManifest(berth, "tagged/app", image, "gone");
      const answer = await ask("DELETE", "/tags/gone?domain=127.0.0.1");
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expect((await send(berth, "HEAD", "/v2/tagged/app/manifests/gone")).status).toBe(404);
      expect((await send(berth, "HEAD", `/v2/tagged/app/manifests/${image.digest}`)).status).toBe(200);
      const again = await ask("DELETE", "/tags/gone");
      expect([again.status, errorCode(again)]).toEqual([404, "NO_SUCH_TAG"]);
    });

    it("by name only: a digest is no tag", async () => {
      for (const reference of [image.digest, "-x", "%00"]) {
        const answer = await ask("DELETE", `/tags/${reference}`);
        expect([answer.status, errorCode(answer)]).toEqual([404, "NO_SUCH_TAG"]);
      }
    });

    it("and may then be pushed again to an immutable repository", async () => {
      const first = await pushImage(berth, "tagged/frozen", { tag: "v" });
      await changeRepository(berth, "tagged/frozen", { immutableTags: true });
      const other = await pushImage(berth, "tagged/frozen");
      expect((await putManifest(berth, "tagged/frozen", other, "v")).status).toBe(403);
      const frozen = askAbout(berth, "tagged/frozen");
      expect((await frozen.ask("DELETE", "/tags/v")).status).toBe(204);
      expect((await putManifest(berth, "tagged/frozen", other, "v")).status).toBe(201);
      expect((await frozen.get("/tags/v"))[0]?.digest).toBe(other.digest);
      expect(first.digest).not.toBe(other.digest);
    });
  });
});
