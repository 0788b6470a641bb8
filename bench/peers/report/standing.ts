// Writes what servers need while nobody asks anything of them: start times and memory, and what the soak says of memory.
import type { Standing } from "../round.ts";
import type { Soak } from "../soak.ts";
import { median } from "./figures.ts";
import { mark, table } from "./table.ts";

type Field = Exclude<keyof Standing, "server">;

/** What is asked of Berth at most. */
const columns: readonly { field: Field; title: string; digits: number; most: number | null }[] = [
  { field: "startEmptySeconds", title: "start s, empty", digits: 2, most: null },
  { field: "startFilledSeconds", title: "start s, filled", digits: 2, most: 1 },
  { field: "idleEmptyMiB", title: "idle MiB, empty", digits: 0, most: 250 },
  { field: "idleFilledMiB", title: "idle MiB, filled", digits: 0, most: 250 },
  { field: "afterMiB", title: "MiB after the works", digits: 0, most: 450 },
];
const mostGrowth = 1.05;

/** Medians of the rounds, and what is asked of Berth. */
export function standingTable(standings: readonly Standing[]): string {
  const rows = [...Map.groupBy(standings, ({ server }) => server)].map(([server, lines]) => [
    server,
    ...columns.map(({ field, digits, most }) => {
      const value = median(lines.map((line) => line[field]));
      const verdict = server === "berth" && most !== null ? ` ${mark(value < most)}` : "";
      return value.toFixed(digits) + verdict;
    }),
  ]);
  const asked = ["asked of berth, less than", ...columns.map(({ most }) => (most === null ? "" : String(most)))];
  return table(["server", ...columns.map(({ title }) => title)], [...rows, asked]);
}

/** Memory that goes on growing would show in the last third. */
export function soakLine({ afterMiB, secondThirdMiB, lastThirdMiB }: Soak): string {
  const growth = lastThirdMiB / secondThirdMiB;
  const steps = afterMiB.map((mebibytes) => mebibytes.toFixed(0)).join(" ");
  const verdict = `asked ${mostGrowth} at most: ${mark(growth <= mostGrowth)}`;
  return `soak: MiB after each repetition ${steps}; last third / second third ${growth.toFixed(3)}, ${verdict}`;
}
