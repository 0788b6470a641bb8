// Counts the tests of each file: fewer than expected, or one skipped, fails the run; the last line says how many there were.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestModule, TestSpecification, Vitest } from "vitest/node";

const expectedFile = "test/clients/expected-counts.json";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

export default class CountingReporter implements Reporter {
  private vitest: Vitest | undefined;
  private isWhole = true;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  /** A run of some files, asked for on the command line, is held to the counts of those only. */
  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    this.isWhole = specifications.length >= ((await this.vitest?.globTestSpecifications())?.length ?? 0);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = new Map(modules.map((module) => [module.relativeModuleId, count(module)]));
    const expected = JSON.parse(readFileSync(join(this.vitest?.config.root ?? ".", expectedFile), "utf8"));
    const isPart = this.vitest?.config.testNamePattern !== undefined;
    const complaints = isPart ? [] : complain(counts, expected, this.isWhole);
    if (counts.size === 0) complaints.push("no test ran");
    const all = [...counts.values()];
    const passed = all.reduce((sum, { passed }) => sum + passed, 0);
    const failed = all.reduce((sum, { failed }) => sum + failed, 0) + errors.length + complaints.length;
    if (failed > 0) process.exitCode = 1;
    // The other reporters write at the end too; this has to be the last line.
    process.once("exit", () => {
      for (const [file, { passed }] of counts) console.log(`${file}: ${passed} passed`);
      for (const complaint of complaints) console.log(complaint);
      console.log(`${passed} passed, ${failed} failed`);
      if (failed > 0) process.exitCode = 1;
    });
  }
}

function count(module: TestModule): Count {
  // A test that an adapter cannot pass says which capability it lacks, and why, in brackets: it is left out of the count.
  const tests = [...module.children.allTests()].filter((test) => !/\[[^\]]+: [^\]]+\]$/.test(test.name));
  const states = tests.map((test) => test.result().state);
  const of = (state: string) => states.filter((is) => is === state).length;
  const broken = module.errors().length; // A file that cannot be loaded, or whose hooks failed, has no failed test.
  return { passed: of("passed"), failed: of("failed") + broken, skipped: of("skipped") + of("pending") };
}

function complain(counts: Map<string, Count>, expected: Record<string, number>, isWhole: boolean): string[] {
  const complaints: string[] = [];
  for (const [file, { passed, skipped }] of counts) {
    const wanted = expected[file];
    if (wanted === undefined) complaints.push(`${file}: say in ${expectedFile} how many tests it has (${passed} now)`);
    else if (passed < wanted) complaints.push(`${file}: ${passed} tests passed, ${expectedFile} wants ${wanted}`);
    if (skipped > 0) complaints.push(`${file}: ${skipped} tests were skipped; none may be`);
  }
  const gone = isWhole ? Object.keys(expected).filter((file) => !counts.has(file)) : [];
  return [...complaints, ...gone.map((file) => `${file}: it did not run, but ${expectedFile} expects it`)];
}
