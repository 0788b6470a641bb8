// Reads comma-separated values (RFC 4180).

/** A record and the line that it begins on, from 1 on. */
export interface CsvRecord {
  line: number;
  fields: string[];
}

/** One field with what ends it: in quotes, where two stand for one, or without any. */
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The records that are not empty, or the line on which the text is no CSV. */
export function parseCsv(text: string): CsvRecord[] | { badLine: number } {
  const records: CsvRecord[] = [];
  let line = 1;
  let fields: string[] = [];
  let begins = 1;
  field.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) return { badLine: line };
    const [whole, quoted, plain = "", end] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split("\n").length - 1;
    if (end === "," && field.lastIndex < text.length) continue;
    if (end === ",") fields.push("");
    if (fields.some((value) => value !== "")) records.push({ line: begins, fields });
    fields = [];
    begins = line;
  }
  return records;
}
