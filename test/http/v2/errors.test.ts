import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { unknownDigest } from "./content.ts";
import { beginUpload, errorCode, pushImage, putManifest, send } from "./requests.ts";

const repo = "erring/images";
/** The codes of the distribution specification, and the two of Docker's that have none there. */
const specified = new Set(
  (
    "BLOB_UNKNOWN BLOB_UPLOAD_INVALID BLOB_UPLOAD_UNKNOWN DIGEST_INVALID MANIFEST_BLOB_UNKNOWN MANIFEST_INVALID MANIFEST_UNKNOWN " +
    "NAME_INVALID NAME_UNKNOWN SIZE_INVALID UNAUTHORIZED DENIED UNSUPPORTED TOOMANYREQUESTS PAGINATION_NUMBER_INVALID"
  ).split(" "),
);

describeMatrix("errors under /v2", (kind) => {
  let berth: Target;
  let image: Awaited<ReturnType<typeof pushImage>>;
  beforeAll(async () => {
    berth = await startTarget(kind);
    image = await pushImage(berth, repo, { tag: "latest" });
  });
  afterAll(() => berth.close());

  it.each([
    ["GET", "/v2/nothing", 404],
    ["GET", "/v2/a/b/c", 404],
    ["GET", "/v2/a/b/tags", 404],
    ["GET", "/v2/a/b/tags/other", 404],
    ["GET", "/v2/a/b/_trust/tuf/root.json", 404],
    ["POST", "/v2/a/b/c", 404],
    ["GET", "/v2/_oci/ext/unknown", 404],
    ["GET", `/v2/${repo}/manifests/missing`, 404],
    ["GET", `/v2/${repo}/blobs/${unknownDigest()}`, 404],
    ["GET", `/v2/${repo}/blobs/sha256:bad`, 400],
    ["GET", `/v2/${repo}/tags/list?n=x`, 400],
    ["GET", `/v2/${repo}/referrers/x`, 400],
    ["GET", "/v2/Bad/Name/tags/list", 400],
    ["GET", "/v2/erring/nowhere/tags/list", 404],
    ["PUT", `/v2/${repo}/manifests/latest`, 400],
    ["DELETE", `/v2/${repo}/manifests/missing`, 404],
    ["PATCH", `/v2/${repo}/blobs/uploads/none`, 404],
    ["POST", `/v2/${repo}/blobs/uploads/?digest=bad`, 400],
  ])("%s %s answers %i in the specification's form", async (method, path, status) => {
    const answer = await send(berth, method, path);
    expect(answer.status).toBe(status);
    expect(specified).toContain(errorCode(answer));
    expect(answer.headers.get("content-length")).toBe(String(answer.body.byteLength));
    expect(answer.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
  });

  it.each([
    ["POST", "/v2/", "GET, HEAD, OPTIONS"],
    ["PUT", "/v2/_catalog", "GET, HEAD, OPTIONS"],
    ["POST", `/v2/${repo}/tags/list`, "GET, HEAD, OPTIONS"],
    ["POST", `/v2/${repo}/manifests/latest`, "GET, PUT, DELETE, HEAD, OPTIONS"],
    ["PATCH", `/v2/${repo}/manifests/latest`, "GET, PUT, DELETE, HEAD, OPTIONS"],
    ["PUT", `/v2/${repo}/blobs/${unknownDigest()}`, "GET, DELETE, HEAD, OPTIONS"],
    ["GET", `/v2/${repo}/blobs/uploads/`, "POST, OPTIONS"],
    ["POST", `/v2/${repo}/blobs/uploads/x`, "GET, PATCH, PUT, DELETE, HEAD, OPTIONS"],
    ["DELETE", `/v2/${repo}/referrers/${unknownDigest()}`, "GET, HEAD, OPTIONS"],
  ])("%s %s answers 405 and says what is possible", async (method, path, allow) => {
    const answer = await send(berth, method, path);
    expect([answer.status, errorCode(answer)]).toEqual([405, "UNSUPPORTED"]);
    expect(answer.headers.get("allow")).toBe(allow);
    const options = await send(berth, "OPTIONS", path);
    expect([options.status, options.headers.get("allow")]).toEqual([200, allow]);
  });

  it.each([
    ["/v2/", 200],
    ["/v2/_catalog", 200],
    [`/v2/${repo}/tags/list`, 200],
    [`/v2/${repo}/manifests/latest`, 200],
    [`/v2/${repo}/manifests/missing`, 404],
    [`/v2/${repo}/blobs/${unknownDigest()}`, 404],
    ["/v2/Bad/tags/list", 400],
    ["/v2/nothing/at/all", 404],
  ])("HEAD %s answers %i with the length and without the body", async (path, status) => {
    const get = await send(berth, "GET", path);
    const head = await send(berth, "HEAD", path);
    expect([head.status, head.body.byteLength]).toEqual([status, 0]);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    if (status !== 200) expect(head.headers.get("content-length")).toBe(String(get.body.byteLength));
  });

  it("carries the protocol's version on answers of every kind", async () => {
    const upload = await beginUpload(berth, repo);
    const answers = [
      await send(berth, "GET", "/v2"),
      await send(berth, "GET", "/v2/"),
      await send(berth, "GET", "/v2/", { auth: null }),
      await send(berth, "GET", "/v2/", { auth: "Basic nonsense" }),
      await send(berth, "GET", "/v2/_catalog"),
      await send(berth, "GET", `/v2/${repo}/tags/list`),
      await send(berth, "GET", `/v2/${repo}/blobs/${image.layer.digest}`),
      await send(berth, "GET", `/v2/${repo}/blobs/${image.layer.digest}`, { headers: { Range: "bytes=9999-" } }),
      await send(berth, "GET", `/v2/${repo}/blobs/${image.layer.digest}`, { headers: { "If-None-Match": "*" } }),
      await putManifest(berth, repo, image),
      await send(berth, "GET", upload),
      await send(berth, "DELETE", upload),
      await send(berth, "OPTIONS", `/v2/${repo}/manifests/latest`),
    ];
    const versions = answers.map(({ status, headers }) => [status, headers.get("docker-distribution-api-version")]);
    expect(versions).toEqual(
      [301, 200, 401, 401, 200, 200, 200, 416, 304, 201, 204, 204, 200].map((status) => [status, "registry/2.0"]),
    );
    expect(answers[0]?.headers.get("location")).toBe("/v2/");
    expect(JSON.parse(answers[1]?.text ?? "")).toEqual({});
  });

  it.each([
    ["GET", "tags/list", "pull"],
    ["GET", "manifests/latest", "pull"],
    ["PUT", "manifests/latest", "pull,push"],
    ["DELETE", "manifests/latest", "delete"],
    ["HEAD", `blobs/${unknownDigest()}`, "pull"],
    ["DELETE", `blobs/${unknownDigest()}`, "delete"],
    ["POST", "blobs/uploads/", "pull,push"],
    ["PATCH", "blobs/uploads/x", "pull,push"],
    ["DELETE", "blobs/uploads/x", "pull,push"],
    ["GET", `referrers/${unknownDigest()}`, "pull"],
  ])("asks who sends %s %s without credentials for the scope %s", async (method, path, actions) => {
    for (const name of [repo, "erring/nowhere"]) {
      const answer = await send(berth, method, `/v2/${name}/${path}`, { auth: null });
      expect(answer.status).toBe(401);
      const challenge = answer.headers.get("www-authenticate");
      expect(challenge).toMatch(/^Bearer realm="http:\/\/[^"]+\/auth\/token",service="[^"]+",scope="[^"]+"$/);
      expect(challenge).toContain(`scope="repository:${name}:${actions}"`);
      if (method !== "HEAD") expect(errorCode(answer)).toBe("UNAUTHORIZED");
    }
  });

  it("leads nowhere else: every Location is a path under the repository", async () => {
    const headers = { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https" };
    const answer = await send(berth, "POST", `/v2/${repo}/blobs/uploads/`, { headers });
    expect(answer.headers.get("location")).toMatch(new RegExp(`^/v2/${repo}/blobs/uploads/`));
    const put = await putManifest(berth, repo, image, "latest", headers);
    expect(put.headers.get("location")).toBe(`/v2/${repo}/manifests/${image.digest}`);
  });
});
