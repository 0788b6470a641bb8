import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFacts, type Facts } from "#core/cache/facts.ts";
import { heed } from "#core/cache/feed.ts";
import { createView, type View, type ViewState } from "#core/cache/view.ts";

/** A fact that changes, and how often it was asked for. */
function source(value: object | null) {
  const asked = {
    value,
    times: 0,
    load: async () => {
      asked.times++;
      return asked.value;
    },
  };
  return asked;
}

describe("facts in memory", () => {
  let state: ViewState;
  let facts: Facts;
  beforeEach(() => {
    state = "fresh";
    facts = createFacts({ state: () => state, read() {}, failed() {} });
  });

  it("are asked for once while the view is fresh", async () => {
    const tag = source({ digest: "a" });
    for (let i = 0; i < 3; i++) expect(await facts.get("repo", "t 1", tag.load)).toEqual({ digest: "a" });
    expect(tag.times).toBe(1);
  });

  it("are asked for again while the view is not shown to be fresh", async () => {
    const tag = source({ digest: "a" });
    await facts.get("repo", "t 1", tag.load);
    state = "unsure";
    tag.value = { digest: "b" };
    expect(await facts.get("repo", "t 1", tag.load)).toEqual({ digest: "b" });
  });

  it("answer for a database that is gone, but not for ever, and not for what is not known", async () => {
    const tag = source({ digest: "a" });
    await facts.get("repo", "t 1", tag.load);
    state = "gone";
    const fails = () => Promise.reject(new Error("gone"));
    expect(await facts.get("repo", "t 1", fails)).toEqual({ digest: "a" });
    await expect(facts.get("repo", "t 2", fails)).rejects.toThrow("gone");
    state = "lost";
    await expect(facts.get("repo", "t 1", fails)).rejects.toThrow("gone");
  });

  it("do not remember that something is not there", async () => {
    const tag = source(null);
    expect(await facts.get("repo", "t 1", tag.load)).toBeNull();
    tag.value = { digest: "a" };
    expect(await facts.get("repo", "t 1", tag.load)).toEqual({ digest: "a" });
  });

  it.each([
    ["its key", () => facts.drop("repo", ["t 1"])],
    ["its scope", () => facts.drop("repo")],
    ["everything", () => facts.dropAll()],
  ])("are forgotten with %s, also those that are being read at that moment", async (_, drop) => {
    const tag = source({ digest: "old" });
    await facts.get("repo", "t 1", tag.load);
    drop();
    tag.value = { digest: "new" };
    expect(await facts.get("repo", "t 1", tag.load)).toEqual({ digest: "new" });
    drop();
    const old = Promise.withResolvers<object>();
    const reading = facts.get("repo", "t 1", () => old.promise);
    drop();
    old.resolve({ digest: "of before" });
    await reading;
    expect(await facts.get("repo", "t 1", async () => ({ digest: "of after" }))).toEqual({ digest: "of after" });
  });

  it("that are being read stay while other keys are dropped, up to many of them", async () => {
    const readBeside = async (key: string, drops: number) => {
      const read = Promise.withResolvers<object>();
      const reading = facts.get("repo", key, () => read.promise);
      for (let i = 0; i < drops; i++) facts.drop("repo", [`other ${i}`]);
      read.resolve({ of: "then" });
      await reading;
      return facts.get("repo", key, async () => ({ of: "now" }));
    };
    expect(await readBeside("t 1", 100)).toEqual({ of: "then" });
    // So many that it is no longer known which they were.
    expect(await readBeside("t 2", 20_000)).toEqual({ of: "now" });
  });

  it("that were learned are answered while the view is fresh, unless dropped meanwhile", async () => {
    await facts.learn("repo", "b 1", async () => ({ of: "work" }));
    expect(facts.peek("repo", "b 1")).toEqual({ of: "work" });
    await facts.learn("repo", "b 2", async () => {
      facts.drop("repo", ["b 2"]);
      return { of: "work" };
    });
    expect(facts.peek("repo", "b 2")).toBeNull();
  });

  it("of other keys and scopes stay", async () => {
    const stays = source({ digest: "a" });
    await facts.get("repo", "t 1", stays.load);
    await facts.get("other", "t 1", stays.load);
    facts.drop("repo", ["t 2"]);
    facts.drop("third");
    await facts.get("repo", "t 1", stays.load);
    await facts.get("other", "t 1", stays.load);
    expect(stays.times).toBe(2);
  });

  it("are forgotten in a scope that was forgotten before", async () => {
    const tag = source({ digest: "a" });
    for (let i = 1; i <= 3; i++) {
      await facts.get("repo", "t 1", tag.load);
      facts.drop("repo");
      await facts.get("repo", "t 1", tag.load);
      expect(tag.times).toBe(i + 1);
    }
  });

  it.each([
    [{ type: "manifest.push", detail: { digest: "sha256:a", tags: ["1"] } }, ["t 1", "m sha256:a", "b sha256:a"]],
    [{ type: "tag.delete", detail: { tag: "1" } }, ["t 1"]],
    [{ type: "blob.delete", detail: { digest: "sha256:b" } }, ["b sha256:b", "m sha256:b"]],
    [{ type: "repository.update", detail: {} }, ["t 1", "t 2", "m sha256:a", "b sha256:a", "b sha256:b", "m sha256:b"]],
    [{ type: "blob.mark", detail: {} }, ["t 1", "t 2", "m sha256:a", "b sha256:a", "b sha256:b", "m sha256:b"]],
  ] as const)("follow the event %o", async (event, gone) => {
    const keys = ["t 1", "t 2", "m sha256:a", "b sha256:a", "b sha256:b", "m sha256:b"];
    for (const key of keys) await facts.get("repo", key, source({ of: "before" }).load);
    heed(facts, { repositoryId: "repo", object: "ns/repo", ...event, detail: { ...event.detail } as never });
    const changed = [];
    for (const key of keys) {
      const fact = (await facts.get("repo", key, source({ of: "after" }).load)) as { of: string };
      if (fact.of === "after") changed.push(key);
    }
    expect(changed.sort()).toEqual([...gone].sort());
  });
});

describe("the view of the database", () => {
  let view: View;
  let now = 0;
  beforeEach(() => {
    now = 1000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    view = createView(60);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is unsure before the feed was read", () => {
    expect(view.state()).toBe("unsure");
  });

  it("is fresh for two seconds from when the reading began, not from when it ended", () => {
    now = 2500;
    view.read(1000);
    expect(view.state()).toBe("fresh");
    now = 3001;
    expect(view.state()).toBe("unsure");
  });

  it("counts as gone for a while after the database failed, then as lost, and recovers", () => {
    view.read(1000);
    view.failed();
    expect(view.state()).toBe("fresh");
    now = 4000;
    expect(view.state()).toBe("gone");
    now = 62_000;
    expect(view.state()).toBe("lost");
    view.read(62_000);
    expect(view.state()).toBe("fresh");
  });
});
