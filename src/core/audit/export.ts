// Everything that happened as lines of JSON, in the order in which it is sealed: who goes on where he ended misses nothing.
import { type ExportedRow, listEventsInOrder, type Position } from "#db/queries/audit/export.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { requireMay } from "../accounts/find.ts";
import type { Needs } from "../context.ts";

/** Lines, and the position of the last; without any where it was to begin. */
export interface ExportedPage {
  lines: string;
  count: number;
  last: string;
}

/** @param after the position that the last line had, or the empty string. @throws NOT_AUTHENTICATED, NOT_AUTHORIZED, INVALID_PARAMETERS. */
export async function pageExport(
  ctx: Needs<"db">,
  caller: Caller,
  page: { after: string; limit: number },
): Promise<ExportedPage> {
  await requireMay(caller, { on: "registry", action: "administer" });
  return exportPage(ctx, page);
}

/** The same for who is on the host. @throws INVALID_PARAMETERS. */
export async function exportPage(ctx: Needs<"db">, page: { after: string; limit: number }): Promise<ExportedPage> {
  const rows = await listEventsInOrder(ctx.db, readPosition(page.after), page.limit);
  const last = rows.at(-1);
  return { lines: rows.map(lineOf).join(""), count: rows.length, last: last ? positionOf(last) : page.after };
}

function positionOf({ transaction, id }: Position): string {
  return `${transaction}-${id}`;
}

function readPosition(text: string): Position {
  if (text === "") return { transaction: "0", id: 0 };
  const [, transaction, id] = /^(\d{1,18})-(\d{1,15})$/.exec(text) ?? [];
  if (!transaction || !id) throw registryError("INVALID_PARAMETERS", "it must begin after the position of an event");
  return { transaction, id: Number(id) };
}

function lineOf({ transaction, id, atMs, ...row }: ExportedRow): string {
  const at = new Date(atMs).toISOString();
  return `${JSON.stringify({ position: positionOf({ transaction, id }), id, at, ...row })}\n`;
}
