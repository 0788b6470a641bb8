import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { as, bearer, codeOf, digestOf, pushBlob, pushImage } from "./registry.ts";
import { beginSession, freshText, manifestType, repositories, type Scene, startScene } from "./scene.ts";

const here = repositories.private;
const elsewhere = repositories.public;

describe("what belongs elsewhere is not here", () => {
  let scene: Scene;
  let strangersBlob: string;
  const ids: Record<string, { foreign: string; none: string }> = {};
  beforeAll(async () => {
    scene = await startScene();
    const { berth, owner } = scene;
    const text = freshText();
    const pushed = await pushImage(berth, owner, elsewhere, "latest", text);
    await pushImage(berth, owner, here, "mine", freshText());
    strangersBlob = await pushBlob(berth, scene.stranger, "bob/secret", freshText());
    const session = (location: string) => location.split("/").at(-1) as string;
    ids.BLOB = { foreign: pushed.config, none: digestOf(crypto.randomUUID()) };
    ids.MANIFEST = { foreign: pushed.manifest, none: digestOf(crypto.randomUUID()) };
    ids.SESSION = { foreign: session(await beginSession(scene, elsewhere, "owner")), none: crypto.randomUUID() };
    ids.ADMINS = { foreign: session(await beginSession(scene, here, "admin")), none: crypto.randomUUID() };
  });
  afterAll(() => scene.berth.close());

  const asks: [string, string, string, number, string][] = [
    ["GET", "blobs/BLOB", "a blob of another repository", 404, "BLOB_UNKNOWN"],
    ["HEAD", "blobs/BLOB", "a blob of another repository", 404, ""],
    ["DELETE", "blobs/BLOB", "a blob of another repository", 404, "BLOB_UNKNOWN"],
    ["GET", "manifests/MANIFEST", "a manifest of another repository", 404, "MANIFEST_UNKNOWN"],
    ["HEAD", "manifests/MANIFEST", "a manifest of another repository", 404, ""],
    ["GET", "manifests/latest", "a tag of another repository", 404, "MANIFEST_UNKNOWN"],
    ["DELETE", "manifests/MANIFEST", "a manifest of another repository", 404, "MANIFEST_UNKNOWN"],
    ["DELETE", "manifests/latest", "a tag of another repository", 404, "MANIFEST_UNKNOWN"],
    ...["SESSION", "ADMINS"].flatMap((id): [string, string, string, number, string][] => {
      const what = id === "SESSION" ? "another repository's session" : "another account's session";
      return ["GET", "PATCH", "PUT", "DELETE"].map((method) => [
        method,
        `blobs/uploads/${id}${method === "PUT" ? `?digest=${digestOf("x")}` : ""}`,
        what,
        404,
        "BLOB_UPLOAD_UNKNOWN",
      ]);
    }),
  ];

  it.each(asks)("%s %s: %s is answered as if there were none", async (method, path, _what, status, code) => {
    const body = method === "PUT" || method === "PATCH" ? { body: "x" } : {};
    for (const who of [scene.owner, await bearer(scene.berth, scene.owner, `repository:${here}:*`)]) {
      const seen: string[] = [];
      for (const kind of ["foreign", "none"] as const) {
        const full = path.replace(/[A-Z]{4,}/, (word) => ids[word]?.[kind] ?? word);
        const answer = await scene.berth.fetch(`/v2/${here}/${full}`, { method, ...body, ...as(who) });
        expect(answer.status).toBe(status);
        const text = await answer.text();
        if (code) expect(JSON.parse(text).errors[0].code).toBe(code);
        seen.push(text.replace(/sha256:[0-9a-f]{64}|[0-9a-f-]{36}/g, "ID"));
      }
      expect(seen[0]).toBe(seen[1]);
    }
  });

  it("and afterwards the sessions stand where they stood", async () => {
    const state = async (name: string, id: string, who: string) => {
      const answer = await scene.berth.fetch(`/v2/${name}/blobs/uploads/${id}`, as(who));
      return [answer.status, answer.headers.get("range")];
    };
    expect(await state(elsewhere, ids.SESSION?.foreign as string, scene.owner)).toEqual([204, "0-0"]);
    expect(await state(here, ids.ADMINS?.foreign as string, scene.berth.admin)).toEqual([204, "0-0"]);
  });

  it.each(["not-a-uuid", "../secret", "00000000-0000-0000-0000-00000000000G", "%00"])(
    "a session id that is none (%s) is no error of the server",
    async (id) => {
      const answer = await scene.berth.fetch(`/v2/${here}/blobs/uploads/${encodeURIComponent(id)}`, as(scene.owner));
      expect([400, 404].includes(answer.status)).toBe(true);
    },
  );

  it("a manifest may not name another repository's blob, not even an admin's", async () => {
    const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: ids.BLOB?.foreign, size: 2 };
    const body = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [] });
    for (const who of [scene.owner, scene.berth.admin]) {
      const headers = { "content-type": manifestType };
      const answer = await scene.berth.fetch(`/v2/${here}/manifests/x`, { method: "PUT", body, ...as(who, headers) });
      expect(answer.status).toBe(400);
      expect(await codeOf(answer)).toBe("MANIFEST_BLOB_UNKNOWN");
    }
  });

  const mount = async (who: string, query: string) => {
    const answer = await scene.berth.fetch(`/v2/${here}/blobs/uploads/?${query}`, { method: "POST", ...as(who) });
    return answer.status;
  };

  it("a blob cannot be mounted out of a repository that the caller cannot see, named or not", async () => {
    expect(await mount(scene.owner, `mount=${strangersBlob}&from=bob/secret`)).toBe(202);
    expect(await mount(scene.owner, `mount=${strangersBlob}`)).toBe(202);
    expect(await mount(scene.owner, `mount=${strangersBlob}&from=bob/none`)).toBe(202);
    expect(await mount(scene.owner, `mount=${ids.BLOB?.none}&from=${elsewhere}`)).toBe(202);
  });

  it("a token that does not name the source of a mount cannot read it", async () => {
    const private2 = await pushBlob(scene.berth, scene.owner, repositories.other, freshText());
    const bound = await bearer(scene.berth, scene.owner, `repository:${here}:pull,push`);
    expect(await mount(bound, `mount=${private2}&from=${repositories.other}`)).toBe(202);
    const both = await bearer(
      scene.berth,
      scene.owner,
      `repository:${here}:pull,push repository:${repositories.other}:pull`,
    );
    expect(await mount(both, `mount=${private2}&from=${repositories.other}`)).toBe(201);
  });

  it("referrers of a subject elsewhere are not shown here", async () => {
    const answer = await scene.berth.fetch(`/v2/${here}/referrers/${ids.MANIFEST?.foreign}`, as(scene.owner));
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { manifests: unknown[] }).manifests).toEqual([]);
  });
});
