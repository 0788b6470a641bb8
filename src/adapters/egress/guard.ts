// Says which addresses may be asked: public ones by https, and what the operator allowed beside.
import { addressBytes, addressRange, isWithin } from "./address.ts";

/** What is not the public internet (IANA's registries of special purpose addresses). */
const special = (
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 " +
  "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
)
  .split(" ")
  .map(addressRange);
const ipv4 = addressRange("::ffff:0:0/96");
/** Every public IPv6 address so far. */
const globalUnicast = addressRange("2000::/3");
const loopback = ["127.0.0.0/8", "::1"].map(addressRange);

export interface Guard {
  /** Why a URL cannot be asked; null: it can, as far as it tells by itself. */
  problem(url: string): string | null;
  /** Whether an address may be connected to. */
  allows(address: string): boolean;
}

/** @param allowed addresses and ranges that may be asked although they are private. */
export function createGuard(allowed: readonly string[]): Guard {
  const ranges = allowed.map(addressRange);
  const allows = (address: string) => {
    const bytes = addressBytes(address);
    if (!bytes) return false;
    if (ranges.some((range) => isWithin(bytes, range))) return true;
    return (
      (isWithin(bytes, ipv4) || isWithin(bytes, globalUnicast)) && !special.some((range) => isWithin(bytes, range))
    );
  };
  const allowsLoopback = allows("127.0.0.1");
  return {
    allows,
    problem(text) {
      const url = URL.parse(text);
      if (!url || url.username || url.password || url.hash) return "it is no URL that can be asked";
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const bytes = addressBytes(host);
      const isLoopback = host === "localhost" || (bytes !== null && loopback.some((range) => isWithin(bytes, range)));
      if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback && allowsLoopback))
        return "it must begin with https://";
      if (isLoopback ? !allowsLoopback : bytes !== null && !allows(host))
        return "it is in a private network, which is not allowed here (BERTH_EGRESS_ALLOW)";
      return null;
    },
  };
}
