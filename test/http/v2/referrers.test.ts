import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mediaTypes } from "#oci/media-type.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import {
  algorithms,
  type Content,
  configType,
  contentOf,
  descriptorOf,
  emptyType,
  indexOf,
  type ManifestContent,
  manifestOf,
  type TestDescriptor,
  unknownDigest,
} from "./content.ts";
import { errorCode, pushBlob, pushImage, pushManifest, putManifest, send } from "./requests.ts";

const repo = "referring/artifacts";
const signature = "application/vnd.cncf.notary.signature";

describeMatrix("referrers", (kind) => {
  let berth: Target;
  let empty: Content;
  let image: Awaited<ReturnType<typeof pushImage>>;
  beforeAll(async () => {
    berth = await startTarget(kind);
    empty = await pushBlob(berth, repo, contentOf("{}"));
    image = await pushImage(berth, repo);
  });
  afterAll(() => berth.close());

  const referrerOf = (subject: TestDescriptor, more: object = {}, algorithm: "sha256" | "sha512" = "sha256") => {
    const config = descriptorOf(empty, emptyType);
    const fields = { config, layers: [config], artifactType: signature, subject, id: crypto.randomUUID(), ...more };
    return manifestOf({ mediaType: mediaTypes.ociManifest, ...fields }, algorithm);
  };
  const subjectNamed = (digest: string): TestDescriptor => ({ mediaType: mediaTypes.ociManifest, digest, size: 7 });
  const list = async (digest: string, query = "") => {
    const answer = await send(berth, "GET", `/v2/${repo}/referrers/${digest}${query}`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, mediaTypes.ociIndex]);
    const index = JSON.parse(answer.text) as { schemaVersion: number; mediaType: string; manifests: TestDescriptor[] };
    expect([index.schemaVersion, index.mediaType]).toEqual([2, mediaTypes.ociIndex]);
    return { manifests: index.manifests, headers: answer.headers };
  };
  const digests = (items: { digest: string }[]) => items.map((item) => item.digest).sort();

  describe.each(algorithms)("%s", (algorithm) => {
    it("are an empty index for a digest that nothing has", async () => {
      expect((await list(unknownDigest(algorithm))).manifests).toEqual([]);
    });

    it("are what names the digest as its subject, whether or not that was pushed", async () => {
      const subject = subjectNamed(unknownDigest(algorithm));
      const annotations = { "org.example.a": "1", "org.example.b": "x".repeat(5000) };
      const asArtifact = referrerOf(subject, { annotations }, algorithm);
      const asImage = manifestOf(
        { mediaType: mediaTypes.ociManifest, config: descriptorOf(image.config, configType), layers: [], subject },
        algorithm,
      );
      const asIndex = indexOf([image], { subject, artifactType: "text/index" }, algorithm);
      const plainIndex = indexOf([], { subject }, algorithm);
      const all = [asArtifact, asImage, asIndex, plainIndex];
      for (const manifest of all) {
        const answer = await putManifest(berth, repo, manifest);
        expect([answer.status, answer.headers.get("oci-subject")]).toEqual([201, subject.digest]);
      }
      const { manifests, headers } = await list(subject.digest);
      expect(headers.get("oci-filters-applied")).toBeNull();
      const described = (m: ManifestContent, more: object) => ({
        mediaType: m.mediaType,
        digest: m.digest,
        size: m.size,
        ...more,
      });
      const expected = [
        described(asArtifact, { artifactType: signature, annotations }),
        described(asImage, { artifactType: configType }),
        described(asIndex, { artifactType: "text/index" }),
        described(plainIndex, {}),
      ];
      const order = (items: { digest: string }[]) => items.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
      expect(order(manifests)).toEqual(order(expected as TestDescriptor[]));
    });

    it("are those of one type when a filter asks for it, which the answer tells", async () => {
      const subject = subjectNamed(unknownDigest(algorithm));
      const wanted = [referrerOf(subject, {}, algorithm), referrerOf(subject, {}, algorithm)];
      for (const manifest of [...wanted, referrerOf(subject, { artifactType: "other/type" }, algorithm)])
        await pushManifest(berth, repo, manifest);
      const { manifests, headers } = await list(subject.digest, `?artifactType=${encodeURIComponent(signature)}`);
      expect(headers.get("oci-filters-applied")).toBe("artifactType");
      expect(digests(manifests)).toEqual(digests(wanted));
      const none = await list(subject.digest, "?artifactType=nothing/like-it");
      expect([none.manifests, none.headers.get("oci-filters-applied")]).toEqual([[], "artifactType"]);
    });

    it("lose one that is deleted, and keep the rest when the subject is deleted", async () => {
      const subject = await pushImage(berth, repo, { algorithm });
      const two = [
        referrerOf(descriptorOf(subject, subject.mediaType)),
        referrerOf(descriptorOf(subject, subject.mediaType)),
      ] as const;
      for (const manifest of two) await pushManifest(berth, repo, manifest);
      await send(berth, "DELETE", `/v2/${repo}/manifests/${two[0].digest}`);
      expect(digests((await list(subject.digest)).manifests)).toEqual([two[1].digest]);
      expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${subject.digest}`)).status).toBe(202);
      expect(digests((await list(subject.digest)).manifests)).toEqual([two[1].digest]);
    });
  });

  it("are kept apart by repository", async () => {
    const subject = subjectNamed(unknownDigest());
    await pushManifest(berth, repo, referrerOf(subject));
    await pushBlob(berth, "referring/others");
    const answer = await send(berth, "GET", `/v2/referring/others/referrers/${subject.digest}`);
    expect(JSON.parse(answer.text).manifests).toEqual([]);
  });

  it("are answered 200 for a repository that is not there, to who may create it, and 401 to others", async () => {
    const path = `/v2/referring/nowhere/referrers/${unknownDigest()}`;
    const answer = await send(berth, "GET", path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, mediaTypes.ociIndex]);
    const stranger = await berth.addUser("stranger");
    expect((await send(berth, "GET", path, { auth: stranger })).status).toBe(401);
    expect((await send(berth, "GET", `/v2/${repo}/referrers/${unknownDigest()}`, { auth: stranger })).status).toBe(401);
  });

  it.each(["sha256:bad", "latest", "md5:d41d8cd98f00b204e9800998ecf8427e"])(
    "answer 400 to the digest %s",
    async (digest) => {
      const answer = await send(berth, "GET", `/v2/${repo}/referrers/${digest}`);
      expect([answer.status, errorCode(answer)]).toEqual([400, "DIGEST_INVALID"]);
    },
  );

  it("take in what an old client keeps under the fallback tag, once and not the index that lists it", async () => {
    const subject = await pushImage(berth, repo);
    const referrer = referrerOf(descriptorOf(subject, subject.mediaType));
    const impostor = await pushImage(berth, repo);
    await pushManifest(berth, repo, referrer);
    const fallback = indexOf([], { manifests: [referrer, impostor].map((m) => descriptorOf(m, m.mediaType)) });
    const tag = subject.digest.replace(":", "-");
    await pushManifest(berth, repo, fallback, tag);
    expect(digests((await list(subject.digest)).manifests)).toEqual([referrer.digest]);
    expect((await send(berth, "GET", `/v2/${repo}/manifests/${tag}`)).text).toBe(
      new TextDecoder().decode(fallback.bytes),
    );
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${tag}`)).status).toBe(202);
    expect(digests((await list(subject.digest)).manifests)).toEqual([referrer.digest]);
  });

  it("store and delete the fallback tag of a sha512 subject, which is cut", async () => {
    const subject = await pushImage(berth, repo, { algorithm: "sha512" });
    const tag = subject.digest.replace(":", "-").slice(0, 71);
    await pushManifest(berth, repo, indexOf([]), tag);
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${tag}`)).status).toBe(202);
  });

  it("come in pages small enough for every client, with a Link to the next, filtered too", async () => {
    const subject = subjectNamed(unknownDigest());
    const annotations = { big: "x".repeat(900_000) };
    const wanted = Array.from({ length: 8 }, () => referrerOf(subject, { annotations }));
    for (const manifest of wanted) await pushManifest(berth, repo, manifest);
    await pushManifest(berth, repo, referrerOf(subject, { artifactType: "other/type" }));
    const query = `?artifactType=${encodeURIComponent(signature)}`;
    const got: TestDescriptor[] = [];
    let pages = 0;
    for (let path: string | undefined = `/v2/${repo}/referrers/${subject.digest}${query}`; path; pages++) {
      const answer = await send(berth, "GET", path);
      expect(answer.body.byteLength).toBeLessThan(4 * 1024 * 1024);
      expect(answer.headers.get("oci-filters-applied")).toBe("artifactType");
      got.push(...JSON.parse(answer.text).manifests);
      path = /^<(\/v2\/[^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    expect(pages).toBeGreaterThan(1);
    expect(got.map((item) => item.digest)).toEqual(digests(wanted));
  });
});
