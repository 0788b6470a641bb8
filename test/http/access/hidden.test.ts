import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { as, digestOf, pushImage } from "./registry.ts";
import { manifestType, type Role, repositories, type Scene, startScene } from "./scene.ts";

/** Ways to ask for a repository; the private one has what they name. */
const asks: [string, string, RequestInit?][] = [
  ["tags", "/v2/NAME/tags/list"],
  ["a tag", "/v2/NAME/manifests/latest"],
  ["a manifest", "/v2/NAME/manifests/MANIFEST"],
  ["a blob", "/v2/NAME/blobs/BLOB"],
  ["a blob's head", "/v2/NAME/blobs/BLOB", { method: "HEAD" }],
  ["referrers", "/v2/NAME/referrers/MANIFEST"],
  ["a session", "/v2/NAME/blobs/uploads/SESSION"],
  ["a session's bytes", "/v2/NAME/blobs/uploads/SESSION", { method: "PATCH", body: "x" }],
  ["a session's end", `/v2/NAME/blobs/uploads/SESSION?digest=${digestOf("x")}`, { method: "PUT", body: "x" }],
  ["a cancel", "/v2/NAME/blobs/uploads/SESSION", { method: "DELETE" }],
  ["a push", "/v2/NAME/blobs/uploads/", { method: "POST" }],
  ["a mount", "/v2/NAME/blobs/uploads/?mount=BLOB&from=alice/oth", { method: "POST" }],
  ["a whole blob", `/v2/NAME/blobs/uploads/?digest=${digestOf("x")}`, { method: "POST", body: "x" }],
  [
    "a manifest's push",
    "/v2/NAME/manifests/latest",
    { method: "PUT", body: "{}", headers: { "content-type": manifestType } },
  ],
  ["a tag's deletion", "/v2/NAME/manifests/latest", { method: "DELETE" }],
  ["a manifest's deletion", "/v2/NAME/manifests/MANIFEST", { method: "DELETE" }],
  ["a blob's deletion", "/v2/NAME/blobs/BLOB", { method: "DELETE" }],
  ["its settings", "/api/v0/repositories/NAME"],
  ["a change", "/api/v0/repositories/NAME", { method: "PATCH", body: '{"visibility":"public"}' }],
  ["a wrong change", "/api/v0/repositories/NAME", { method: "PATCH", body: '{"visibility":"?"}' }],
  ["its deletion", "/api/v0/repositories/NAME", { method: "DELETE" }],
  ["a token", "/auth/token?scope=repository:NAME:pull,push,*"],
];

describe("a private repository and one that is not there are answered alike", () => {
  let scene: Scene;
  const held: Record<string, string> = {};
  beforeAll(async () => {
    scene = await startScene();
    const { berth, owner } = scene;
    const pushed = await pushImage(berth, owner, repositories.private, "latest");
    held.MANIFEST = pushed.manifest;
    held.BLOB = pushed.config;
    const began = await berth.fetch(`/v2/${repositories.private}/blobs/uploads/`, { method: "POST", ...as(owner) });
    held.SESSION = began.headers.get("docker-upload-uuid") as string;
  });
  afterAll(() => scene.berth.close());

  /** Status, headers and body, without what differs from one request to the next. */
  async function see(name: string, path: string, init: RequestInit | undefined, authorization: string | null) {
    const full = path.replaceAll(/[A-Z]{4,}/g, (word) => held[word] ?? word).replace("NAME", name);
    const { headers } = as(authorization, { "content-type": "application/json", ...(init?.headers as object) });
    const answer = await scene.berth.fetch(full, { ...init, headers });
    const kept = [...answer.headers].filter(([header]) => header !== "x-request-id" && header !== "date");
    const text = JSON.stringify([answer.status, kept, await answer.text()]).replaceAll(name, "NAME");
    return text
      .replaceAll(/"[\w-]+\.[\w-]+\.[\w-]+\\"|\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…")
      .replaceAll(/ey[\w.-]{50,}/g, "…");
  }

  const outsiders: Role[] = [
    "anonymous",
    "stranger",
    "stranger's token",
    "owner's token for nothing",
    "anonymous token",
  ];
  // The names are as long as each other, so that lengths agree.
  const absent = ["alice/xyz", "nobod/abc"];

  // Rows of one length: `bun test` takes a parameter beyond the row for a callback.
  it.each(asks.map(([what, path, init]) => [what, path, init] as const))(
    "when asked for %s",
    async (_what, path, init) => {
      const wrong: string[] = [];
      for (const role of outsiders) {
        const authorization = await scene.authorize(role, repositories.private);
        const there = await see(repositories.private, path, init, authorization);
        for (const name of absent) {
          const notThere = await see(name, path, init, await scene.authorize(role, name));
          if (there !== notThere) wrong.push(`${role}: ${there} but ${name}: ${notThere}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it("and a private one is still there, untouched", async () => {
    const answer = await scene.berth.fetch(`/v2/${repositories.private}/manifests/latest`, as(scene.owner));
    expect(answer.headers.get("docker-content-digest")).toBe(held.MANIFEST as string);
  });
});
