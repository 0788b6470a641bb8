// The benchmark's own arithmetic: who is compared with whom, and which runs may be compared at all.
import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compare } from "../../bench/peers/report/compare.ts";
import { median, resultsOf } from "../../bench/peers/report/figures.ts";
import type { RunRecord } from "../../bench/peers/report/record.ts";
import { workTable } from "../../bench/peers/report/table.ts";
import { cpuSeconds, memoryMiB, treeOf } from "../../bench/peers/servers/process-tree.ts";
import { readOrder } from "../../bench/peers/settings.ts";
import type { Work } from "../../bench/peers/works/work.ts";

const work: Work = { name: "get4k", unit: "requests", better: "higher", asked: 3, contenders: async () => [] };

function sample(rate: number) {
  const rest = {
    seconds: 1,
    p50Ms: 1,
    p99Ms: 2,
    cpuMsPerRequest: 1,
    loadProcessors: 1,
    peakMiB: 1,
    otherProcessors: 0,
  };
  return { rate, requests: rate, ...rest };
}

function measured(berth: readonly number[], peer: readonly number[]) {
  // As rounds report them: who comes first changes.
  return berth.flatMap((rate, i) => {
    const lines = [
      { work: "get4k", contender: "berth", place: 0, sample: sample(rate) },
      { work: "get4k", contender: "distribution", place: 1, sample: sample(peer[i] as number) },
    ];
    return i % 2 === 0 ? lines.toReversed() : lines;
  });
}

function record(changes: { seconds?: number; kernel?: string; commit?: string } = {}): RunRecord {
  const settings = {
    works: ["get4k"],
    peers: ["distribution"],
    rounds: 3,
    seconds: changes.seconds ?? 10,
    warmupSeconds: 2,
  };
  const machine = { kernel: changes.kernel ?? "6.1", processors: 2 };
  const conditions = { settings, machine, fileSystem: "tmpfs", versions: { distribution: "v3.1.1" } };
  const results = resultsOf([work], measured([40, 20, 30], [10, 10, 5]));
  return { format: 1, conditions, at: "", commit: changes.commit ?? "a", results, standings: [], soak: null };
}

describe("figures", () => {
  it("are medians", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("compare medians with medians, and tell how far single rounds lie apart", () => {
    const [result] = resultsOf([work], measured([40, 20, 30], [10, 10, 5]));
    expect(result?.figures.map(({ contender, median }) => [contender, median])).toEqual([
      ["berth", 30],
      ["distribution", 10],
    ]);
    expect(result?.ratios).toEqual([{ against: "distribution", ratio: 3, lowest: 2, highest: 6 }]);
  });

  it("are marked when they are not what is asked", () => {
    const low = resultsOf([work], measured([20], [10]));
    expect(workTable(resultsOf([work], measured([30], [10])))).toContain("| ok ");
    expect(workTable(low)).toContain("| NOT MET ");
  });
});

describe("two runs", () => {
  it("are shown side by side when only Berth differs", () => {
    expect(compare(record(), record({ commit: "b" }))).toMatch(/get4k \| 30 +\| 30 +\| 1\.00/);
  });

  it.each([
    [{ seconds: 5 }, "settings.seconds: 10 and 5"],
    [{ kernel: "6.2" }, 'machine.kernel: "6.1" and "6.2"'],
  ])("are refused when %j differs", (changes, message) => {
    expect(() => compare(record(), record(changes))).toThrow(message);
  });
});

describe("the command line", () => {
  it("keeps the order of works and takes those of a group together", () => {
    expect(readOrder(["--works", "push512,get4k"])).toMatchObject({ settings: { works: ["get4k", "push512"] } });
  });

  it.each([[["--works", "nothing"]], [["--rounds", "0"]], [["--peers", "harbor"]], [["--peers", "bare"]], [["get4k"]]])(
    "refuses %j",
    (words) => {
      expect(() => readOrder(words)).toThrow();
    },
  );
});

describe.runIf(process.platform === "linux")("the process tree", () => {
  it("finds children, their processor time and memory, and keeps the first process first", async () => {
    const shell = spawn("sh", ["-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 30' & wait"]);
    const { pid } = shell as { pid: number };
    try {
      await expect.poll(() => cpuSeconds(treeOf([pid])), { timeout: 20_000 }).toBeGreaterThan(0.05);
      const tree = treeOf([process.pid, pid]);
      expect(tree[0]).toBe(process.pid);
      expect(tree.length).toBeGreaterThanOrEqual(3);
      expect(memoryMiB(tree)).toBeGreaterThan(20);
    } finally {
      for (const one of treeOf([pid])) process.kill(one, "SIGKILL");
    }
  });
});
