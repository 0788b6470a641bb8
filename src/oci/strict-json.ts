// JSON that means one thing only: refuses repeated keys and too deep nesting.
// Two readers must never see two manifests in the same bytes (CVE-2021-41190 and its family).
import { registryError } from "./error.ts";

const zeroCharacter = /(?<!\\)(?:\\\\)*\\u0000/;
const surrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/i;

export interface StrictJsonLimits {
  maxDepth: number;
}

/**
 * Parses bytes as UTF-8 JSON.
 * @throws MANIFEST_INVALID naming the problem.
 */
export function parseStrictJson(bytes: Uint8Array, limits: StrictJsonLimits): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid("is not UTF-8");
  }
  // No database column, log or terminal takes that character well; no manifest needs it.
  if (zeroCharacter.test(text)) throw invalid("holds the character U+0000");
  // Depth and keys are looked at first, so that a hostile depth never reaches the recursive parser.
  checkStructure(text, limits.maxDepth);
  const value = parse(text);
  // Written out again, whole pairs are characters: what is still escaped is half of one, which is no Unicode text.
  if (surrogate.test(text) && surrogate.test(JSON.stringify(value))) throw invalid("holds half of a surrogate pair");
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`is not JSON: ${(error as Error).message.slice(0, 120)}`);
  }
}

function invalid(what: string) {
  return registryError("MANIFEST_INVALID", `manifest ${what}`);
}

/** Walks the tokens once; anything malformed is left for JSON.parse to name. */
function checkStructure(text: string, maxDepth: number): void {
  const stack: (Set<string> | null)[] = [];
  let at = 0;
  let expectKey = false;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      const end = endOfString(text, at);
      const keys = stack.at(-1);
      if (expectKey && keys) addKey(keys, text.slice(at, end));
      expectKey = false;
      at = end;
      continue;
    }
    if (char === 0x7b || char === 0x5b) {
      if (stack.length >= maxDepth) throw invalid(`is nested deeper than ${maxDepth} levels`);
      stack.push(char === 0x7b ? new Set() : null);
      expectKey = char === 0x7b;
    } else if (char === 0x7d || char === 0x5d) {
      stack.pop();
      expectKey = false;
    } else if (char === 0x2c) {
      expectKey = stack.at(-1) instanceof Set;
    }
    at++;
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw invalid("is not JSON: a string does not end");
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function addKey(keys: Set<string>, quoted: string): void {
  let key: string;
  try {
    key = JSON.parse(quoted);
  } catch {
    throw invalid("is not JSON: a key is malformed");
  }
  if (keys.has(key)) throw invalid(`has the key ${JSON.stringify(key.slice(0, 100))} twice`);
  keys.add(key);
}
