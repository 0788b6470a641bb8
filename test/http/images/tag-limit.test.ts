import { sql } from "drizzle-orm/sql";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { imageOf, type ManifestContent } from "../v2/content.ts";
import { changeRepository, errorCode, pushBlob, pushImage, pushManifest, putManifest, send } from "../v2/requests.ts";
import { askAbout, type Json, namesOf } from "./images.ts";

describeMatrix("a limit of tags", (kind) => {
  let berth: Target;
  let made = 0;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  /** A repository with a limit and two images that tags may name. */
  async function begin(tagLimit: number) {
    const repo = `limited/r${++made}`;
    const image = await pushImage(berth, repo);
    const other = await pushManifest(berth, repo, imageOf(image.config, []));
    await changeRepository(berth, repo, { tagLimit });
    const { get, ask } = askAbout(berth, repo);
    return {
      repo,
      image,
      other,
      ask,
      push: (tag: string, what: ManifestContent = image) => putManifest(berth, repo, what, tag),
      tags: async () => namesOf(await get("/tags?pageSize=0")),
      pulls: async (tag: string) => (await send(berth, "GET", `/v2/${repo}/manifests/${tag}`)).status,
      removals: async () => {
        const rows = await berth.ctx.db.execute(
          sql`select actor_id as actor, detail from event where type = 'tag.delete' and object = ${repo} order by id`,
        );
        return rows as { actor: string | null; detail: Json }[];
      },
    };
  }

  it("lets the tag go that was pushed longest ago, with an event, and it is gone at the next request", async () => {
    const { push, pulls, tags, removals, image } = await begin(3);
    for (const tag of ["c", "b", "a"]) await push(tag);
    expect(await pulls("c")).toBe(200);
    expect((await push("d")).status).toBe(201);
    expect(await pulls("c")).toBe(404);
    expect(await pulls(image.digest)).toBe(200);
    expect(await tags()).toEqual(["a", "b", "d"]);
    await push("e");
    expect(await tags()).toEqual(["a", "d", "e"]);
    const gone = await removals();
    expect(gone.map(({ detail }) => detail)).toEqual(
      ["c", "b"].map((tag) => ({ tag, digest: image.digest, by: "tag limit" })),
    );
    expect(gone.every(({ actor }) => actor !== null)).toBe(true);
  });

  it("counts a tag that is pushed again as new, whatever it names, and no tag twice", async () => {
    const { push, tags, other, removals } = await begin(2);
    await push("first");
    await push("second");
    await push("first", other);
    expect(await removals()).toEqual([]);
    await push("third");
    expect(await tags()).toEqual(["first", "third"]);
    await push("first");
    await push("fourth");
    expect(await tags()).toEqual(["first", "fourth"]);
  });

  it("that is lowered holds from the next push on; that is taken away holds no more", async () => {
    const { repo, push, tags, removals } = await begin(0);
    for (let i = 1; i <= 6; i++) await push(`t${i}`);
    await changeRepository(berth, repo, { tagLimit: 2 });
    expect((await tags()).length).toBe(6);
    await push("t3");
    expect(await tags()).toEqual(["t3", "t6"]);
    expect((await removals()).length).toBe(4);
    await changeRepository(berth, repo, { tagLimit: 0 });
    for (const tag of ["x", "y", "z"]) await push(tag);
    expect((await tags()).length).toBe(5);
  });

  it("takes as many tags at once as there may be, and no more", async () => {
    const { push, tags, image } = await begin(3);
    await push("old");
    expect((await push(`${image.digest}?tag=a&tag=b&tag=c`)).status).toBe(201);
    expect(await tags()).toEqual(["a", "b", "c"]);
    const refused = await push(`${image.digest}?tag=d&tag=e&tag=f&tag=g`);
    expect([refused.status, errorCode(refused)]).toEqual([403, "DENIED"]);
    expect(refused.text).toContain("at most 3 tags");
    expect(await tags()).toEqual(["a", "b", "c"]);
  });

  it("counts no tags of signatures, where what they sign is here, and lets none of them go", async () => {
    const { repo, push, tags, image } = await begin(2);
    const of = (digest: string, end: string) => `${digest.replace(":", "-")}${end}`;
    await push("a");
    await push("b");
    const signatures = ["", ".sig", ".att", ".sbom"].map((end) => of(image.digest, end));
    for (const signature of signatures) expect((await push(signature)).status).toBe(201);
    expect(await tags()).toEqual([...signatures, "a", "b"].sort());
    await push("c");
    expect(await tags()).toEqual([...signatures, "b", "c"].sort());
    expect((await push(`${image.digest}?tag=d&tag=e&tag=${signatures[1]}`)).status).toBe(201);
    expect(await tags()).toEqual([...signatures, "d", "e"].sort());
    // A name that only looks like one is a tag like others.
    const foreign = of(`sha256:${"0".repeat(64)}`, ".sig");
    await push(foreign);
    expect(await tags()).toEqual([...signatures, foreign, "e"].sort());
    // What was signed goes: what is left of it counts from the next push on.
    const signed = await pushManifest(berth, repo, imageOf(image.config, [], { annotations: { signed: "yes" } }));
    await push(of(signed.digest, ".sig"));
    expect(await tags()).toContain(of(signed.digest, ".sig"));
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${signed.digest}`)).status).toBe(202);
    for (const tag of ["f", "g"]) await push(tag);
    expect(await tags()).toEqual([...signatures, "f", "g"].sort());
  });

  it("says nothing of manifests without a tag", async () => {
    const { repo, push, tags, pulls } = await begin(1);
    await push("only");
    const untagged = await pushImage(berth, repo);
    expect([await tags(), await pulls(untagged.digest)]).toEqual([["only"], 200]);
  });

  it("holds exactly after 40 pushes at the same time", async () => {
    const { push, tags, removals, image } = await begin(5);
    // Each another manifest: pushes of the same one wait for each other anyway.
    const one = (annotation: string) => imageOf(image.config, [], { annotations: { annotation } });
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const answers = await Promise.all(names.map((name) => push(name, one(name))));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(201));
    const left = await tags();
    expect(left.length).toBe(5);
    const gone = (await removals()).map(({ detail }) => detail.tag);
    expect([...gone, ...left].sort()).toEqual([...names].sort());
  });

  it("holds while tags are deleted, and settings change, at the same time", async () => {
    const { repo, push, tags, ask } = await begin(3);
    const work: Promise<{ status: number }>[] = [];
    for (let i = 0; i < 24; i++) {
      work.push(push(`t${i % 7}`));
      if (i % 3 === 0) work.push(ask("DELETE", `/tags/t${(i * 5) % 7}`));
      if (i % 8 === 0) work.push(changeRepository(berth, repo, { tagLimit: 3 }).then(() => ({ status: 200 })));
    }
    const statuses = new Set((await Promise.all(work)).map(({ status }) => status));
    expect([...statuses].filter((status) => ![200, 201, 204, 404].includes(status))).toEqual([]);
    await push("last");
    const left = await tags();
    expect([left.length <= 3, left.includes("last")]).toEqual([true, true]);
  });

  it("never takes a tag of an immutable repository", async () => {
    const { repo, push, tags } = await begin(2);
    for (const tag of ["a", "b"]) await push(tag);
    // As the version before did it, which knew no limits.
    await berth.ctx.db.execute(sql`update repository set immutable_tags = true where path = ${repo}`);
    expect((await push("c")).status).toBe(201);
    expect(await tags()).toEqual(["a", "b", "c"]);
  });
});

describe("a limit of tags, whatever is pushed and deleted", () => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget("fetch");
  });
  afterAll(() => berth.close());

  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(7) }) },
    { weight: 1, arbitrary: fc.record({ limit: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ waitSeconds: fc.integer({ min: -30, max: 30 }) }) },
  );

  it("leaves those that came last", async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const repo = `modelled/r${++made}`;
        const image = imageOf(await pushBlob(berth, repo), []);
        await pushManifest(berth, repo, image);
        /** In the order of their last push. */
        let queue: string[] = [];
        let limit = 0;
        for (const one of steps) {
          if ("limit" in one) {
            limit = one.limit;
            await changeRepository(berth, repo, { tagLimit: limit });
          } else if ("remove" in one) {
            const { status } = await askAbout(berth, repo).ask("DELETE", `/tags/t${one.remove}`);
            expect(status).toBe(queue.includes(`t${one.remove}`) ? 204 : 404);
            queue = queue.filter((name) => name !== `t${one.remove}`);
          } else if ("push" in one) {
            const names = one.push.map((n) => `t${n}`).sort();
            const query = names.map((name) => `tag=${name}`).join("&");
            const { status } = await putManifest(berth, repo, image, `${image.digest}?${query}`);
            const fits = limit === 0 || names.length <= limit;
            expect(status).toBe(fits ? 201 : 403);
            if (!fits) continue;
            queue = [...queue.filter((name) => !names.includes(name)), ...names];
            if (limit > 0) queue = queue.slice(-limit);
          } else if (limit > 0) berth.clock.advance(one.waitSeconds);
          expect(namesOf(await askAbout(berth, repo).get("/tags?pageSize=0"))).toEqual([...queue].sort());
        }
      }),
      { numRuns: Number(process.env.BERTH_PROPERTY_RUNS ?? 15) },
    );
  });
});
