// Writes the figures as tables in Markdown.
import type { Figure, Result } from "./figures.ts";

const disturbingProcessors = 0.1;

/** One line for each work and each contender that the first is compared with. */
export function workTable(results: readonly Result[]): string {
  const head = [
    "work",
    "unit",
    "Berth",
    "against",
    "figure",
    "ratio",
    "rounds",
    "asked",
    "",
    "CPU ms",
    "peak MiB",
    "load CPU",
  ];
  return table(head, results.flatMap(workRows));
}

function workRows(result: Result): string[][] {
  const [first, ...others] = result.figures;
  if (first === undefined) return [];
  const unit = result.better === "lower" ? "ms p99" : `${result.unit}/s`;
  if (others.length === 0) {
    const { asked } = result;
    const verdict =
      asked === null ? "" : mark(result.better === "lower" ? first.median <= asked : first.median >= asked);
    const rounds = `${short(first.lowest)}-${short(first.highest)}`;
    const own = [short(first.cpuMsPerRequest), short(first.peakMiB), short(first.loadProcessors)];
    return [
      [result.work, unit, short(first.median), "", "", "", rounds, asked === null ? "" : short(asked), verdict, ...own],
    ];
  }
  return result.ratios.map(({ against, ratio, lowest, highest }, i) => {
    const other = others[i] as Figure;
    // What a machine can do at most is nobody's rival.
    const asked = against === "bare" ? null : result.asked;
    const pair = (of: (figure: Figure) => number) => `${short(of(first))} : ${short(of(other))}`;
    return [
      ...[result.work, unit, short(first.median), against, short(other.median)],
      ...[ratio.toFixed(2), `${lowest.toFixed(2)}-${highest.toFixed(2)}`],
      ...[asked === null ? "" : String(asked), asked === null ? "" : mark(ratio >= asked)],
      ...[pair((f) => f.cpuMsPerRequest), pair((f) => f.peakMiB), pair((f) => f.loadProcessors)],
    ];
  });
}

/** How many measurements were made while other programs worked: their rates say little. Empty when there was none. */
export function disturbance(results: readonly Result[]): string {
  const samples = results.flatMap(({ figures }) => figures.flatMap((figure) => figure.samples));
  const disturbed = samples.filter(({ otherProcessors }) => otherProcessors > disturbingProcessors);
  if (disturbed.length === 0) return "";
  return `\nDisturbed: other programs used more than ${disturbingProcessors} processors in ${disturbed.length} of ${samples.length} measurements.\n`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] as number)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Three significant places, so that small and large figures stand in one column. */
export function short(value: number): string {
  if (value >= 1000) return Math.round(value).toString();
  return Number(value.toPrecision(3)).toString();
}

export function mark(met: boolean): string {
  return met ? "ok" : "NOT MET";
}
