// Puts the figures of two runs side by side, when they were made under the same conditions.
import { isDeepStrictEqual } from "node:util";
import type { RunRecord } from "./record.ts";
import { short, table } from "./table.ts";

/** @throws naming every condition in which the runs differ. */
export function compare(before: RunRecord, after: RunRecord): string {
  const differences = differencesOf(before.conditions, after.conditions, "");
  if (differences.length > 0)
    throw new Error(`these runs cannot be compared, they differ in:\n  ${differences.join("\n  ")}`);
  const rows = before.results.flatMap((result) => {
    const other = after.results.find(({ work }) => work === result.work);
    const [from, to] = [result.figures[0], other?.figures[0]];
    if (from === undefined || to === undefined) return [];
    const against = [result.ratios[0]?.ratio, other?.ratios[0]?.ratio].map((ratio) => ratio?.toFixed(2) ?? "");
    return [[result.work, short(from.median), short(to.median), (to.median / from.median).toFixed(2), ...against]];
  });
  const head = ["work", before.commit, after.commit, "after / before", "against the peer, before", "after"];
  return table(head, rows);
}

function differencesOf(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [`${path}: ${JSON.stringify(before)} and ${JSON.stringify(after)}`];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].flatMap((field) =>
    differencesOf(before[field], after[field], path === "" ? field : `${path}.${field}`),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
