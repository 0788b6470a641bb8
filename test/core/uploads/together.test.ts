import { describe, expect, it } from "vitest";
import { createTogether, type Outcome } from "#core/uploads/together.ts";

type Turn = { inputs: number[]; end(outcomes?: Outcome<string>[]): void; fail(error: unknown): void };

/** Work whose turns the test ends, in its own time. */
function heldWork() {
  const turns: Turn[] = [];
  const work = (inputs: number[]) =>
    new Promise<Outcome<string>[]>((resolve, reject) => {
      const end = (outcomes = inputs.map((input) => ({ value: `done ${input}` }))) => resolve(outcomes);
      turns.push({ inputs, end, fail: reject });
    });
  return { turns, work };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const endings = async (works: Promise<string>[]) =>
  (await Promise.allSettled(works)).map((one) => (one.status === "fulfilled" ? one.value : String(one.reason.message)));

describe("what is done together", () => {
  it("begins at once with the first, and takes what came meanwhile in the next turn, in order", async () => {
    const { turns, work } = heldWork();
    const put = createTogether({ work, most: 10 });
    const all = [1, 2, 3].map(put);
    expect(turns.map(({ inputs }) => inputs)).toEqual([[1]]);
    await settle();
    all.push(put(4));
    expect(turns).toHaveLength(1);
    turns[0]?.end();
    await settle();
    expect(turns.map(({ inputs }) => inputs)).toEqual([[1], [2, 3, 4]]);
    turns[1]?.end();
    expect(await endings(all)).toEqual(["done 1", "done 2", "done 3", "done 4"]);
  });

  it("takes no more than so many in one turn, and one turn at a time", async () => {
    const { turns, work } = heldWork();
    const put = createTogether({ work, most: 3 });
    const all = Array.from({ length: 8 }, (_, i) => put(i));
    for (let turn = 0; turn < 4; turn++) {
      await settle();
      expect(turns).toHaveLength(turn + 1);
      turns[turn]?.end();
    }
    expect(turns.map(({ inputs }) => inputs)).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]]);
    expect(await endings(all)).toEqual(Array.from({ length: 8 }, (_, i) => `done ${i}`));
  });

  it("tells each how it went: the error of one is its own", async () => {
    const { turns, work } = heldWork();
    const put = createTogether({ work, most: 3 });
    const all = [1, 2, 3, 4].map(put);
    turns[0]?.end();
    await settle();
    turns[1]?.end([{ value: "two" }, { error: new Error("three is full") }, { value: "four" }]);
    expect(await endings(all)).toEqual(["done 1", "two", "three is full", "four"]);
  });

  it("tells all of a turn what the work threw, and goes on with the next turn", async () => {
    const { turns, work } = heldWork();
    const put = createTogether({ work, most: 2 });
    const all = endings([1, 2, 3, 4, 5].map(put));
    turns[0]?.end();
    await settle();
    turns[1]?.fail(new Error("the store is away"));
    await settle();
    turns[2]?.end();
    expect(await all).toEqual(["done 1", "the store is away", "the store is away", "done 4", "done 5"]);
  });

  it("outlives work that throws before it began", async () => {
    let isBroken = true;
    const work = (inputs: number[]): Promise<Outcome<number>[]> => {
      if (isBroken) throw new Error("at once");
      return Promise.resolve(inputs.map((value) => ({ value })));
    };
    const put = createTogether({ work, most: 2 });
    await expect(put(1)).rejects.toThrow("at once");
    isBroken = false;
    expect(await put(2)).toBe(2);
  });

  it("keeps a value that is nothing apart from an error that is nothing", async () => {
    const outcomes: Outcome<undefined>[] = [{ value: undefined }, { error: undefined }];
    const put = createTogether({ work: async () => [outcomes.shift() as Outcome<undefined>], most: 1 });
    expect(await Promise.allSettled([put(1), put(2)])).toEqual([
      { status: "fulfilled", value: undefined },
      { status: "rejected", reason: undefined },
    ]);
  });

  it("can be asked again from within the answer to one", async () => {
    const { turns, work } = heldWork();
    const put = createTogether({ work, most: 2 });
    const chained = put(1).then(() => put(2));
    turns[0]?.end();
    await settle();
    expect(turns.map(({ inputs }) => inputs)).toEqual([[1], [2]]);
    turns[1]?.end();
    expect(await chained).toBe("done 2");
  });
});
