// How postgres.js reads and writes int8 and arrays: fixed here, for the driver would ask every new connection for its arrays.
import type postgres from "postgres";

type Element = string | number | boolean | Uint8Array;

// Name of the element, the number of its array type, and how a text element becomes a value.
const ELEMENTS: Record<string, { type: number; parse: (text: string) => Element }> = {
  bool: { type: 1000, parse: (text) => text === "t" },
  bytea: { type: 1001, parse: (text) => Buffer.from(text.slice(2), "hex") },
  int4: { type: 1007, parse: Number },
  int8: { type: 1016, parse: readInt8 },
  text: { type: 1009, parse: (text) => text },
  uuid: { type: 2951, parse: (text) => text },
};

const ARRAY_TYPES: [string, postgres.PostgresType][] = Object.entries(ELEMENTS).map(([name, { type, parse }]) => [
  `${name}_array`,
  { to: type, from: [type], serialize: writeArray, parse: (text: string) => readArray(text).map(orNull(parse)) },
]);

/** The `types` option of postgres.js: int8 as number, and flat arrays of the common types both ways (`= any(${list})`). */
export const WIRE_TYPES: Record<string, postgres.PostgresType> = {
  int8: { to: 20, from: [20], serialize: String, parse: readInt8 },
  ...Object.fromEntries(ARRAY_TYPES),
};

const TIMESTAMP_TYPES = [1082, 1083, 1114, 1184];
const JSON_TYPES = [114, 3802];

/** Sets up a client: timestamps come back as text and may be given as a `Date`; JSON may be given as the text that it is. */
export function setWireForms({ options }: Pick<postgres.Sql, "options">): void {
  for (const type of TIMESTAMP_TYPES) {
    options.parsers[type] = (text: string) => text;
    options.serializers[type] = toTimestampText;
  }
  for (const type of JSON_TYPES) options.serializers[type] = toJsonText;
}

function toTimestampText(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function toJsonText(value: unknown): unknown {
  return typeof value === "string" ? value : JSON.stringify(value);
}

// Sizes, offsets and counts are numbers; what a number cannot hold exactly stays text rather than become wrong.
function readInt8(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** PostgreSQL's text form of a flat array. Text passes as it is: drizzle's array columns have written theirs already. */
function writeArray(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return `{${value.map(writeElement).join(",")}}`;
}

function writeElement(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  const text = value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The elements of PostgreSQL's text form of a flat array, as text or null. */
function readArray(text: string): (string | null)[] {
  const elements = text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|[^,]+/gs) ?? [];
  return elements.map((element) => {
    if (element === "NULL") return null;
    return element.startsWith('"') ? element.slice(1, -1).replace(/\\(.)/gs, "$1") : element;
  });
}

function orNull(parse: (text: string) => Element) {
  return (text: string | null) => (text === null ? null : parse(text));
}
