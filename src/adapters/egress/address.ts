// IP addresses and ranges of them, compared as 16 bytes: IPv4 in the form in which IPv6 holds it.

export interface AddressRange {
  bytes: Uint8Array;
  bits: number;
}

/** The bytes of an address, or null when the text is none. */
export function addressBytes(text: string): Uint8Array | null {
  if (text.includes(":")) return ipv6Bytes(text);
  const four = ipv4Bytes(text);
  return four && Uint8Array.from([...Array(10).fill(0), 0xff, 0xff, ...four]);
}

/** @param text an address, or one with the number of bits that count: `10.0.0.0/8`. */
export function addressRange(text: string): AddressRange {
  const [address = "", prefix] = text.split("/");
  const bytes = addressBytes(address);
  if (!bytes) throw new Error(`${text} is no range of addresses`);
  const offset = address.includes(":") ? 0 : 96;
  return { bytes, bits: prefix === undefined ? 128 : offset + Number(prefix) };
}

export function isWithin(address: Uint8Array, { bytes, bits }: AddressRange): boolean {
  for (let at = 0; at * 8 < bits; at++) {
    const mask = (0xff << Math.max(0, 8 - (bits - at * 8))) & 0xff;
    if ((((address[at] as number) ^ (bytes[at] as number)) & mask) !== 0) return false;
  }
  return true;
}

function ipv4Bytes(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null;
  return parts.map(Number);
}

function ipv6Bytes(text: string): Uint8Array | null {
  const [head = "", tail, ...more] = text.split("%", 1)[0]?.split("::") ?? [];
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  if (!before || !after || more.length > 0) return null;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return Uint8Array.from([...before, ...Array(missing).fill(0), ...after]);
}

/** The bytes of groups between colons; the last may be an IPv4 address. */
function groups(text: string): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  for (const group of text.split(":")) {
    const four = group.includes(".") ? ipv4Bytes(group) : null;
    if (four) bytes.push(...four);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return null;
  }
  return bytes;
}
