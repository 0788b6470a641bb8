import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopes } from "#core/cache/feed.ts";
import { setActive } from "#test/http/access/registry.ts";
import { needs } from "#test/setup/needs.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import {
  type Answer,
  errorCode,
  pushBlob,
  type Sending,
  send,
  sendChunk,
  streamOf,
  streamWith,
  withDigest,
} from "./requests.ts";

const ingest = "https://ingest.test";

describeMatrix("an ingest origin", (kind) => {
  const timed = needs("time that the test moves", kind);
  const remembered = needs("the application's memory", kind);
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget(kind, { around: { ingestOrigin: ingest } });
    alice = await berth.addUser("alice");
  });
  afterAll(() => berth.close());

  /** The path that a Location on the ingest origin leads to, which is answered here as well. */
  const onIngest = (answer: Answer): string => {
    const location = answer.headers.get("location") ?? "";
    expect(location).toMatch(/^https:\/\/ingest\.test\/v2\/[a-z/]+\/blobs\/uploads\/[0-9a-f-]{36}\?ticket=[\w.-]+$/);
    return location.slice(ingest.length);
  };
  const begin = async (repository = "alice/app", auth = alice): Promise<string> => {
    const answer = await send(berth, "POST", `/v2/${repository}/blobs/uploads/`, { auth });
    expect(answer.status).toBe(202);
    return onIngest(answer);
  };
  /** As a client sends there: without credentials. */
  const bare = (method: string, path: string, sending: Sending = {}) =>
    send(berth, method, path, { ...sending, auth: null });
  const readBlob = (digest: string) => send(berth, "GET", `/v2/alice/app/blobs/${digest}`, { auth: alice });

  it("gets the bytes of an upload, whose every Location stays there and needs no credentials", async () => {
    const { bytes, digest } = randomContent(300);
    const begun = await begin();
    const first = await bare("PATCH", begun, { body: bytes.slice(0, 100), headers: { "Content-Range": "0-99" } });
    expect(first.status).toBe(202);
    const status = await bare("GET", onIngest(first));
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-99"]);
    const second = await bare("PATCH", onIngest(status), { body: streamOf(bytes.slice(100)) });
    const done = await bare("PUT", withDigest(onIngest(second), digest));
    expect(done.status).toBe(201);
    expect(done.headers.get("location")).toBe(`/v2/alice/app/blobs/${digest}`);
    expect((await readBlob(digest)).body).toEqual(bytes);
  });

  it("gets a blob in one PUT", async () => {
    const { bytes, digest } = randomContent(200_000);
    expect((await bare("PUT", withDigest(await begin(), digest), { body: bytes })).status).toBe(201);
    expect((await readBlob(digest)).body).toEqual(bytes);
  });

  it("is where an upload is cancelled", async () => {
    const location = await begin();
    expect((await bare("DELETE", location)).status).toBe(204);
    const gone = await bare("GET", location);
    expect([gone.status, errorCode(gone)]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });

  it("is where a client goes on that sent a chunk to the wrong place", async () => {
    const location = await begin();
    const refused = await bare("PATCH", location, { body: new Uint8Array(5), headers: { "Content-Range": "7-11" } });
    expect([refused.status, refused.headers.get("range")]).toEqual([416, "0-0"]);
    expect((await bare("GET", onIngest(refused))).status).toBe(204);
  });

  it("is named to those, too, who go on with credentials", async () => {
    const path = (await begin()).split("?")[0] as string;
    const { bytes } = randomContent(10);
    const refused = await send(berth, "PATCH", path, {
      body: bytes,
      headers: { "Content-Range": "3-12" },
      auth: alice,
    });
    for (const answer of [
      await send(berth, "GET", path, { auth: alice }),
      refused,
      await send(berth, "PATCH", path, { body: bytes, auth: alice }),
    ])
      expect((await bare("GET", onIngest(answer))).status).toBe(204);
  });

  it.each(["oras/1.3.3", "oras-go", "Helm/4.2.4", "notation/1.3.2"])(
    "is not named to %s, which goes to no other host",
    async (agent) => {
      const headers = { "User-Agent": agent };
      const begun = await send(berth, "POST", "/v2/alice/app/blobs/uploads/", { auth: alice, headers });
      expect([begun.status, begun.headers.get("location")?.split("?").length]).toEqual([202, 1]);
      const { bytes, digest } = randomContent(30);
      const path = withDigest(begun.headers.get("location") as string, digest);
      expect(path).toMatch(/^\/v2\//);
      expect((await send(berth, "PUT", path, { auth: alice, headers, body: bytes })).status).toBe(201);
    },
  );

  it("has nothing to do with mounts and with blobs that come with their POST", async () => {
    const known = randomContent(50);
    const path = "/v2/alice/app/blobs/uploads/";
    const whole = await send(berth, "POST", `${path}?digest=${known.digest}`, { body: known.bytes, auth: alice });
    const mounted = await send(berth, "POST", `/v2/alice/other/blobs/uploads/?mount=${known.digest}&from=alice/app`, {
      auth: alice,
    });
    for (const [answer, name] of [
      [whole, "alice/app"],
      [mounted, "alice/other"],
    ] as const)
      expect([answer.status, answer.headers.get("location")]).toEqual([201, `/v2/${name}/blobs/${known.digest}`]);
  });

  const recorded = "writes no ticket into what is recorded of requests, nor an account that was not asked for";
  remembered.it(remembered.name(recorded), async () => {
    const location = await begin();
    const ticket = new URLSearchParams(location.split("?")[1]).get("ticket") as string;
    const mac = ticket.split(".").at(-1) as string;
    berth.records.length = 0;
    await bare("GET", location);
    await bare("PATCH", location, { body: new Uint8Array(5), headers: { "Content-Range": "7-11" } });
    await bare("GET", location.replace("ticket=1", "ticket=2"));
    await bare("PUT", location);
    expect(berth.records.map(({ status, who }) => [status, who])).toEqual([
      [204, "alice"],
      [416, "alice"],
      [403, null],
      [400, "alice"],
    ]);
    expect(JSON.stringify(berth.records)).not.toContain(mac.slice(0, 10));
  });

  describe("a ticket", () => {
    const altered = (location: string, change: (parts: string[]) => string[]): string => {
      const [path, query = ""] = location.split("?ticket=");
      return `${path}?ticket=${change(query.split(".")).join(".")}`;
    };
    const uuidOf = (location: string) => (location.split("?")[0] as string).split("/").at(-1) as string;
    const otherLetter = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    const macWith = (change: (mac: string) => string) => (parts: string[]) => parts.with(4, change(parts[4] as string));
    const changes: [string, (parts: string[]) => string[]][] = [
      ["for a longer time", (parts) => parts.with(1, String(Number(parts[1]) + 1))],
      ["for another account", (parts) => parts.with(2, crypto.randomUUID())],
      ["for another repository", (parts) => parts.with(3, crypto.randomUUID())],
      ["with another first letter of its signature", macWith((mac) => otherLetter(mac, 0))],
      ["with another last letter of its signature", macWith((mac) => otherLetter(mac, 42))],
      ["with a shorter signature", macWith((mac) => mac.slice(0, 42))],
      ["without a signature", (parts) => parts.slice(0, 4)],
      ["of another version", (parts) => parts.with(0, "0")],
      ["of nothing", () => []],
    ];

    it.each(changes)("%s opens nothing, whatever the verb", async (_, change) => {
      const location = altered(await begin(), change);
      for (const method of ["GET", "HEAD", "PATCH", "PUT", "DELETE"]) {
        const answer = await bare(method, withDigest(location, randomContent().digest));
        expect([method, answer.status]).toEqual([method, 403]);
        expect(answer.headers.get("www-authenticate")).toBeNull();
        if (method !== "HEAD") expect(errorCode(answer)).toBe("DENIED");
      }
    });

    timed.it(timed.name("opens its session until it runs out, and a newer one goes on"), async () => {
      const { bytes, digest } = randomContent(20);
      const location = await begin();
      berth.clock.advance(3500);
      const next = onIngest(await bare("PATCH", location, { body: bytes }));
      berth.clock.advance(200);
      const late = await bare("GET", location);
      expect([late.status, errorCode(late)]).toEqual([403, "DENIED"]);
      expect(late.text).toContain("begin the upload again");
      expect((await bare("PUT", withDigest(next, digest))).status).toBe(201);
    });

    it("opens no other session, of the same repository or of another", async () => {
      const [mine, other, elsewhere] = [await begin(), await begin(), await begin("alice/other")];
      const ticket = mine.split("?")[1];
      for (const path of [
        `/v2/alice/app/blobs/uploads/${uuidOf(other)}`,
        `/v2/alice/other/blobs/uploads/${uuidOf(elsewhere)}`,
      ]) {
        const answer = await bare("GET", `${path}?${ticket}`);
        expect([answer.status, errorCode(answer)]).toEqual([403, "DENIED"]);
      }
    });

    it("opens its session under no other name", async () => {
      const location = await begin();
      await begin("alice/other");
      const answer = await bare("GET", location.replace("alice/app", "alice/other"));
      expect([answer.status, errorCode(answer)]).toEqual([401, "UNAUTHORIZED"]);
    });

    it("opens nothing but its session", async () => {
      const { digest } = await pushBlob(quiet(), "alice/app", randomContent(), alice);
      const ticket = (await begin()).split("?")[1] as string;
      for (const [method, path] of [
        ["GET", "/v2/"],
        ["GET", "/v2/_catalog"],
        ["POST", "/v2/alice/app/blobs/uploads/"],
        ["POST", `/v2/alice/app/blobs/uploads/?digest=${digest}`],
        ["GET", `/v2/alice/app/blobs/${digest}`],
        ["DELETE", `/v2/alice/app/blobs/${digest}`],
        ["GET", "/v2/alice/app/tags/list"],
        ["PUT", "/v2/alice/app/manifests/1"],
        ["GET", "/v2/alice/app/manifests/1"],
        ["GET", "/api/v0/repositories/alice/app"],
      ] as const) {
        const answer = await bare(method, `${path}${path.includes("?") ? "&" : "?"}${ticket}`);
        expect([method, path, answer.status]).toEqual([method, path, 401]);
      }
    });

    it("counts alone, whatever credentials come with it", async () => {
      const location = await begin();
      const sending = { auth: await berth.addUser(`bob${Math.random().toString(36).slice(2, 8)}`) };
      expect((await send(berth, "GET", location, sending)).status).toBe(204);
      expect((await send(berth, "GET", location, { auth: "Bearer nonsense" })).status).toBe(204);
      const wrong = altered(location, (parts) => parts.with(1, "1"));
      expect((await send(berth, "GET", wrong, { auth: alice })).status).toBe(403);
    });

    it("of another registry opens nothing", async () => {
      const other = await startTarget(kind, { around: { ingestOrigin: ingest } });
      try {
        await other.addUser("alice");
        const location = await begin();
        const answer = await send(other, "GET", location, { auth: null });
        expect([answer.status, errorCode(answer)]).toEqual([403, "DENIED"]);
      } finally {
        await other.close();
      }
    });

    it("links nothing when its account may push no longer at the end", async () => {
      const carol = await berth.addUser("carol");
      const { bytes, digest } = randomContent();
      const location = await begin("carol/app", carol);
      const body = streamWith(bytes, () => send(berth, "DELETE", "/api/v0/repositories/carol/app"));
      const answer = await bare("PUT", withDigest(location, digest), { body });
      expect([answer.status, errorCode(answer)]).toEqual([401, "UNAUTHORIZED"]);
      await pushBlob(quiet(), "carol/app", undefined, carol);
      expect((await send(berth, "HEAD", `/v2/carol/app/blobs/${digest}`, { auth: carol })).status).toBe(404);
    });

    remembered.it(remembered.name("of an account that was switched off opens nothing"), async () => {
      const dora = await berth.addUser("dora");
      const location = await begin("dora/app", dora);
      expect((await bare("GET", location)).status).toBe(204);
      await setActive(berth, "dora", false);
      // As the feed does within the bound.
      berth.ctx.facts.drop(scopes.account);
      const answer = await bare("GET", location);
      expect([answer.status, errorCode(answer)]).toEqual([403, "DENIED"]);
    });
  });

  /** The same registry for the helpers that expect relative Locations. */
  function quiet(): Target {
    const fetch: Target["fetch"] = async (path, init) => {
      const answer = await berth.fetch(path, init);
      const headers = new Headers(answer.headers);
      headers.set("location", (headers.get("location") ?? "").replace(ingest, ""));
      return new Response(answer.body, { status: answer.status, headers });
    };
    return { ...berth, fetch };
  }
});

describeMatrix("a replica that is no edge", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  it("answers relative Locations without a ticket", async () => {
    const begun = await send(berth, "POST", "/v2/team/app/blobs/uploads/");
    const patched = await sendChunk(berth, begun.headers.get("location") as string, new Uint8Array(3), 0);
    for (const answer of [begun, patched])
      expect(answer.headers.get("location")).toMatch(/^\/v2\/team\/app\/blobs\/uploads\/[0-9a-f-]{36}$/);
  });
});
