// Writes into docs/runtimes.md how many tests every runtime has passed, from the reports of the runs; without `--write` it fails
// when the page says something else, when a test failed, or when one runtime has other tests than the rest.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Reported, readJUnit } from "./junit.ts";
import { matrixTests, portableTests } from "./portable.ts";

const root = join(import.meta.dirname, "../..");
const page = join(root, "docs/runtimes.md");
const marks = { begin: "<!-- counts -->\n", end: "<!-- /counts -->" };

const read = (name: string): Reported[] =>
  readJUnit(readFileSync(join(root, `reports/${name}.xml`), "utf8")).filter(({ file }) => portableTests.includes(file));
const through = (tests: Reported[], kind: string) =>
  tests.filter(({ file, name }) => matrixTests.includes(file) && name.includes(`(${kind})`));

const [node, streams, workerd, bun, deno] = ["node", "streams", "workerd", "bun", "deno"].map(read) as [
  Reported[],
  Reported[],
  Reported[],
  Reported[],
  Reported[],
];
const whole = { Node: node, Bun: bun, Deno: deno };
const ways = {
  "`app.fetch`, on Node": through(node, "fetch"),
  "Node's socket, fast way on": through(node, "socket"),
  "Node's socket, fast way off": through(streams, "streams"),
  "Bun's socket": through(bun, "socket"),
  "Deno's socket": through(deno, "socket"),
  "workerd, with R2 and Hyperdrive": through(workerd, "workerd"),
};

const lines = [
  "The portable tests (`test/setup/portable.ts`), with every test of HTTP behaviour through `app.fetch` and the runtime's own socket:",
  "",
  ...table("runtime", whole),
  "",
  "The tests of HTTP behaviour alone, by the way in which their requests come. Only requests reach a Worker's isolate, so these are what",
  "workerd has of the portable tests:",
  "",
  ...table("way in", ways),
  "",
  "What was skipped, and why:",
  "",
  ...Object.entries({ ...whole, workerd: ways["workerd, with R2 and Hyperdrive"] }).flatMap(skips),
];
const text = readFileSync(page, "utf8");
const [before = "", rest = ""] = text.split(marks.begin);
const after = rest.slice(rest.indexOf(marks.end));
const counted = `${before}${marks.begin}${lines.join("\n")}\n${after}`;

const complaints = [...unequal(whole), ...unequal(ways), ...Object.entries({ ...whole, ...ways }).flatMap(failed)];
if (process.argv.includes("--write")) writeFileSync(page, counted);
else if (text !== counted) complaints.push("docs/runtimes.md has other counts: npm run test:counts -- --write");
for (const complaint of complaints) console.error(complaint);
console.log(lines.join("\n"));
process.exitCode = complaints.length > 0 ? 1 : 0;

function table(title: string, runs: Record<string, Reported[]>): string[] {
  const rows = Object.entries(runs).map(([name, tests]) => {
    const of = (state: Reported["state"]) => tests.filter((test) => test.state === state).length;
    return `| ${name} | ${tests.length} | ${of("passed")} | ${of("skipped")} |`;
  });
  return [`| ${title} | tests | passed | skipped |`, "| --- | --- | --- | --- |", ...rows];
}

function skips([name, tests]: [string, Reported[]]): string[] {
  const reasons = tests
    .filter(({ state }) => state === "skipped")
    .map((test) => /\[([^\]]+: [^\]]+)\]/.exec(test.name)?.[1] ?? `no reason: ${test.name}`);
  const counts = [...Map.groupBy(reasons, (reason) => reason)].sort(([a], [b]) => (a < b ? -1 : 1));
  return counts.map(([reason, all]) => `- ${name}, ${all.length}: ${reason}`);
}

/** Which runs have more or fewer tests of a file than the first. */
function unequal(runs: Record<string, Reported[]>): string[] {
  const [[first, expected], ...others] = Object.entries(runs) as [[string, Reported[]], ...[string, Reported[]][]];
  const countOf = (tests: Reported[], file: string) => tests.filter((test) => test.file === file).length;
  return others.flatMap(([name, tests]) =>
    portableTests
      .filter((file) => countOf(tests, file) !== countOf(expected, file))
      .map((file) => `${file}: ${countOf(tests, file)} tests (${name}) but ${countOf(expected, file)} (${first})`),
  );
}

function failed([name, tests]: [string, Reported[]]): string[] {
  const without = tests.filter(({ state, name }) => state === "skipped" && !/\[[^\]]+: [^\]]+\]/.test(name));
  return [
    ...tests.filter(({ state }) => state === "failed").map((test) => `failed (${name}): ${test.file} ${test.name}`),
    ...without.map((test) => `skipped without a reason (${name}): ${test.file} ${test.name}`),
  ];
}
