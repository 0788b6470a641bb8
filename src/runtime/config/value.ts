// Readers of single values: from the text of a variable to a typed value, or the sentence that says what is allowed.
import { isIP } from "node:net";
import { z } from "zod";

/** A reader: zod's type from text to `T`, whose only issue is what is allowed ("a number from 1 to 9"). */
export type Value<T> = z.ZodType<T, string>;

/** Host and port to listen on; an empty host means all addresses of the machine. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Free space to keep: the larger of a number of bytes and a share of the file system. */
export interface FreeSpaceReserve {
  readonly bytes: number;
  readonly percent: number;
}

/** Makes a reader of a function that answers undefined for what is not allowed. */
function value<T>(allowed: string, read: (text: string) => T | undefined): Value<T> {
  return z.string().transform((text, context) => {
    const result = read(text);
    if (result !== undefined) return result;
    context.addIssue({ code: "custom", message: allowed });
    return z.NEVER;
  });
}

export const text = value("some text", (input) => input);

export const flag = value("1, 0, true or false", (input) => {
  if (input === "1" || input === "true") return true;
  return input === "0" || input === "false" ? false : undefined;
});

export function whole(min: number, max: number): Value<number> {
  return value(`a whole number from ${min} to ${max}`, (input) => {
    const number = /^\d{1,15}$/.test(input) ? Number(input) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

export function oneOf<const Choice extends string>(...choices: Choice[]): Value<Choice> {
  return value(`one of ${choices.join(", ")}`, (input) => choices.find((choice) => choice === input));
}

export function matching(allowed: string, pattern: RegExp): Value<string> {
  return value(allowed, (input) => (pattern.test(input) ? input : undefined));
}

export function bytes(min: number, max: number): Value<number> {
  return value(`a number of bytes from ${min} to ${max}, such as 4194304 or 4MiB`, (input) => {
    const number = readBytes(input);
    return number !== undefined && number >= min && number <= max ? number : undefined;
  });
}

/** As `bytes`; 0 turns off what is measured by it. */
export function bytesOrOff(min: number, max: number): Value<number> {
  return value(`0 (off), or a number of bytes from ${min} to ${max}, such as 4194304 or 4MiB`, (input) => {
    const number = readBytes(input);
    return number === 0 || (number !== undefined && number >= min && number <= max) ? number : undefined;
  });
}

/** What holds for things of more than so many bytes: `on` is all of them, `off` (null) none. */
export const overBytes = value("off, on, or a size such as 64MiB", (input): number | null | undefined => {
  if (input === "off" || input === "on") return input === "on" ? 0 : null;
  return readBytes(input);
});

/** `512MiB`, `2%`, or both joined by "or", when the larger holds. */
export const reserve = value("a size such as 512MiB, a share such as 2%, or both as in 512MiB or 2%", (input) => {
  const result = { bytes: 0, percent: 0 };
  for (const part of input.split(/\s+or\s+/)) {
    const share = /^(\d{1,2}(?:\.\d+)?)\s*%$/.exec(part);
    const size = readBytes(part);
    if (share) result.percent = Number(share[1]);
    else if (size !== undefined) result.bytes = size;
    else return undefined;
  }
  return result as FreeSpaceReserve;
});

export const listenAddress = value(
  "host:port, [::1]:port or :port (all addresses)",
  (input): ListenAddress | undefined => {
    const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]*)):(\d{1,5})$/i.exec(input);
    if (!match || Number(match[3]) > 65_535) return undefined;
    const [, v6, host = ""] = match;
    if (v6 !== undefined && isIP(v6) !== 6) return undefined;
    if (/^[\d.]+$/.test(host) && isIP(host) !== 4) return undefined;
    return { host: v6 ?? host, port: Number(match[3]) };
  },
);

export const addressRanges = value("a comma-separated list of IP addresses and ranges such as 10.0.0.0/8", (input) => {
  const ranges = input === "" ? [] : input.split(",").map((range) => range.trim());
  return ranges.every(isAddressRange) ? (ranges as readonly string[]) : undefined;
});

export const origin = value("a URL such as https://registry.example.com, without path or slash at its end", (input) => {
  const url = URL.parse(input);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  return /^https?:\/\/[^/?#]+$/i.test(input) ? url.origin : undefined;
});

export const databaseUrl = value("a URL such as postgres://user:password@host:5432/berth", (input) =>
  /^postgres(ql)?:$/.test(URL.parse(input)?.protocol ?? "") ? input : undefined,
);

export const key32 = value("32 bytes as 64 hex digits or as base64 (make one with: openssl rand -hex 32)", (input) => {
  if (/^[0-9a-f]{64}$/i.test(input)) return Uint8Array.from(Buffer.from(input, "hex"));
  const decoded = /^[A-Za-z0-9+/_-]{43}=?$/.test(input) ? Buffer.from(input, "base64") : undefined;
  return decoded?.length === 32 ? Uint8Array.from(decoded) : undefined;
});

const UNITS: Record<string, number> = {
  "": 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

function readBytes(input: string): number | undefined {
  const match = /^(\d{1,15})\s*([A-Za-z]*)$/.exec(input);
  const unit = UNITS[match?.[2] ?? ""];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

function isAddressRange(range: string): boolean {
  const [address = "", prefix, ...rest] = range.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
