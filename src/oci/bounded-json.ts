// JSON from anybody, parsed only after a look at how deep it nests and how much it holds.

interface JsonBounds {
  maxDepth: number;
  /** Values of any kind: a parsed one takes many times the bytes that it is written with. */
  maxValues: number;
}

/** @returns the value, or undefined for what is no JSON or is beyond the bounds. */
export function parseBoundedJson(bytes: Uint8Array, bounds: JsonBounds): unknown {
  const text = new TextDecoder().decode(bytes);
  if (!isWithin(text, bounds)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWithin(text: string, { maxDepth, maxValues }: JsonBounds): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      at = endOfString(text, at);
      if (at < 0) return false;
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > maxDepth || ++values > maxValues) return false;
    } else if (char === 0x7d || char === 0x5d) depth--;
    else if (char === 0x2c && ++values > maxValues) return false;
  }
  return true;
}

/** Where the closing quote stands, or -1. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return -1;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}
