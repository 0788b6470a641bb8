// The conformance suite's data sets: pushed by digest and by tag, found again byte for byte, and deleted.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, type ManifestContent } from "./content.ts";
import { dataSets } from "./data-sets.ts";
import { changeRepository, errorCode, locationOf, pushBlob, putManifest, send } from "./requests.ts";

const repo = "conformance/sets";

describeMatrix("the data sets of the conformance suite", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  const expectServed = async (manifest: ManifestContent, reference: string) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await send(berth, method, `/v2/${repo}/manifests/${reference}`);
      expect([method, answer.status]).toEqual([method, 200]);
      expect(answer.headers.get("content-type")).toBe(manifest.mediaType);
      expect(answer.headers.get("content-length")).toBe(String(manifest.size));
      expect(answer.headers.get("docker-content-digest")).toBe(manifest.digest);
      expect(Buffer.compare(answer.body, method === "GET" ? manifest.bytes : new Uint8Array())).toBe(0);
    }
  };

  const expectPushed = async (manifest: ManifestContent, reference: string) => {
    const answer = await putManifest(berth, repo, manifest, reference);
    expect([answer.status, answer.text]).toEqual([201, ""]);
    expect(answer.headers.get("docker-content-digest")).toBe(manifest.digest);
    const { subject } = JSON.parse(new TextDecoder().decode(manifest.bytes)) as { subject?: { digest: string } };
    expect(answer.headers.get("oci-subject")).toBe(subject?.digest ?? null);
    await expectServed(manifest, locationOf(answer).split("/").at(-1) as string);
  };

  for (const algorithm of algorithms)
    it.each(dataSets(algorithm).map((set) => [set.name, set] as const))(
      `takes %s in ${algorithm}`,
      async (name, set) => {
        for (const blob of set.blobs) await pushBlob(berth, repo, blob);
        for (const manifest of set.manifests) {
          await expectPushed(manifest, manifest.digest);
          if (algorithm === "sha256") await expectPushed(manifest, name);
          await expectServed(manifest, manifest.digest);
          if (algorithm === "sha256") await expectServed(manifest, name);
        }
        if (algorithm === "sha256") {
          const tags = JSON.parse((await send(berth, "GET", `/v2/${repo}/tags/list`)).text).tags;
          expect(tags).toContain(name);
          expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${name}`)).status).toBe(202);
          expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${name}`)).status).toBe(404);
        }
        for (const manifest of set.manifests.toReversed()) {
          expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${manifest.digest}`)).status).toBe(200);
          expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${manifest.digest}`)).status).toBe(202);
          expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${manifest.digest}`)).status).toBe(404);
        }
        for (const { digest } of new Map(set.blobs.map((blob) => [blob.digest, blob])).values()) {
          expect((await send(berth, "DELETE", `/v2/${repo}/blobs/${digest}`)).status).toBe(202);
          expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`)).status).toBe(404);
        }
      },
    );

  it.each(algorithms)("takes sparse manifests (%s) only where the repository allows them", async (algorithm) => {
    const sparse = dataSets(algorithm, { sparse: true });
    for (const { blobs, manifests } of sparse) {
      for (const blob of blobs) await pushBlob(berth, repo, blob);
      const refused = await putManifest(berth, repo, manifests[0] as ManifestContent);
      expect([refused.status, errorCode(refused)]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
    }
    await changeRepository(berth, repo, { sparse: true });
    for (const { manifests } of sparse) for (const manifest of manifests) await expectPushed(manifest, manifest.digest);
    await changeRepository(berth, repo, { sparse: false });
  });
});
