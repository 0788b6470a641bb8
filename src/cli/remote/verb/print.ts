// What a verb says on the terminal: aligned for people, JSON for scripts.

type Cell = string | number | boolean | null | undefined;
/** By their titles. */
export type Columns<T> = Record<string, (row: T) => Cell>;

export interface Printer {
  /** Entries below each other; of none nothing. */
  list<T>(rows: readonly T[], columns: Columns<T>): void;
  /** One thing, a line for each of its fields. */
  one<T>(value: T, fields: Columns<T>): void;
  /** What was done; as JSON what the server answered, if it did. */
  done(line: string, value?: unknown): void;
  /** A secret, told this once: alone on standard output, so that it can be caught there. What else there is to say goes to the terminal. */
  secret(secret: string, value: unknown, line: string): void;
}

export function createPrinter(json: boolean): Printer {
  const asJson = (value: unknown) => console.log(JSON.stringify(value, null, 2));
  return {
    list(rows, columns) {
      if (json) return asJson(rows);
      if (rows.length === 0) return;
      const cells = rows.map((row) => Object.values(columns).map((column) => show(column(row))));
      for (const line of align([Object.keys(columns).map((title) => title.toUpperCase()), ...cells])) console.log(line);
    },
    one(value, fields) {
      if (json) return asJson(value);
      const cells = Object.entries(fields).map(([title, field]) => [`${title}:`, show(field(value))]);
      for (const line of align(cells)) console.log(line);
    },
    done(line, value) {
      if (!json) console.log(show(line));
      else if (value !== undefined) asJson(value);
    },
    secret(secret, value, line) {
      if (json) return asJson(value);
      console.error(show(line));
      console.log(secret);
    },
  };
}

/** Texts are other people's: what a terminal would obey is left out. */
function show(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return String(cell).replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, " ");
}

function align(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
