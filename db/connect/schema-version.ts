// Compares a database's schema with the one that this program was built for, without reading files: the list of migrations is
// part of the program.
import journal from "../migrations/meta/_journal.json" with { type: "json" };

const newestHere = Math.max(...journal.entries.map(({ when }) => when));

/** Which of the two is to be brought forward, in words for the operator; null when they go together. */
export function schemaProblem(newestMigrationMs: number | null): string | null {
  const inDatabase = newestMigrationMs ?? 0;
  if (inDatabase === newestHere) return null;
  if (inDatabase > newestHere) {
    const at = new Date(inDatabase).toISOString();
    return `the database was brought forward by a newer Berth (migration of ${at}): deploy that version's Worker`;
  }
  return "the database's schema is older than this Worker: run `berth migrate` of the same version, with the same DATABASE_URL";
}
