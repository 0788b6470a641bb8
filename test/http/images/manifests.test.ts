import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { indexOf, unknownDigest } from "../v2/content.ts";
import { errorCode, pushImage, pushManifest, send } from "../v2/requests.ts";
import { askAbout, type Json, namesOf } from "./images.ts";

const repo = "listed/app";

describeMatrix("manifests on the management API", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());
  const status = async (reference: string) => (await send(berth, "HEAD", `/v2/${repo}/manifests/${reference}`)).status;

  it("are listed by pages, in the order of their digests", async () => {
    const pushed: string[] = [];
    for (let i = 0; i < 5; i++) pushed.push((await pushImage(berth, "listed/pages")).digest);
    const { ask } = askAbout(berth, "listed/pages");
    const seen: unknown[] = [];
    let from = "";
    do {
      const page = await ask("GET", `/manifests?pageSize=2&count=true&pageStart=${from}`);
      expect(page.headers.get("x-resource-count")).toBe("5");
      seen.push(...(JSON.parse(page.text) as Json[]).map(({ digest }) => digest));
      from = page.headers.get("x-next-page-start") ?? "";
    } while (from);
    expect(seen).toEqual(pushed.sort());
  });

  it("are looked at by digest and by tag", async () => {
    const image = await pushImage(berth, repo, { tag: "look" });
    const { get } = askAbout(berth, repo);
    const found = await get<Json>("/manifests/look");
    expect(found).toMatchObject({
      digest: image.digest,
      mediaType: image.mediaType,
      configDigest: image.config.digest,
    });
    expect(await get<Json>(`/manifests/${image.digest}`)).toEqual(found);
  });

  it("are deleted by digest with their tags, and by tag alone", async () => {
    const image = await pushImage(berth, repo, { tag: "one" });
    await pushManifest(berth, repo, image, "two");
    const { ask } = askAbout(berth, repo);
    expect((await ask("DELETE", "/manifests/one")).status).toBe(204);
    expect([await status("one"), await status("two"), await status(image.digest)]).toEqual([404, 200, 200]);
    expect((await ask("DELETE", `/manifests/${image.digest}`)).status).toBe(204);
    expect([await status("two"), await status(image.digest)]).toEqual([404, 404]);
    expect(namesOf(await askAbout(berth, repo).get("/tags"))).not.toContain("two");
  });

  it("stay while an index lists them", async () => {
    const image = await pushImage(berth, repo);
    const index = await pushManifest(berth, repo, indexOf([image]), "index");
    const { ask } = askAbout(berth, repo);
    const refused = await ask("DELETE", `/manifests/${image.digest}`);
    expect([refused.status, errorCode(refused)]).toEqual([405, "NOT_ALLOWED"]);
    expect(refused.text).toContain(index.digest);
    expect((await ask("DELETE", `/manifests/${index.digest}`)).status).toBe(204);
    expect((await ask("DELETE", `/manifests/${image.digest}`)).status).toBe(204);
  });

  it.each([
    [unknownDigest(), 404, "NO_SUCH_REF"],
    ["none", 404, "NO_SUCH_REF"],
    ["-none", 404, "NO_SUCH_REF"],
    ["sha256:xyz", 400, "INVALID_DIGEST"],
  ])("that are not there are not deleted: %s", async (reference, expected, code) => {
    const answer = await askAbout(berth, repo).ask("DELETE", `/manifests/${reference}`);
    expect([answer.status, errorCode(answer)]).toEqual([expected, code]);
  });
});
