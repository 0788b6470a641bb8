// Which peers are proxies whose X-Forwarded headers count.
import { BlockList, isIP } from "node:net";

/** @param ranges addresses and CIDR ranges, already checked. */
export function createProxyCheck(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address, prefix] = range.split("/") as [string, string | undefined];
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  if (ranges.length === 0) return () => false;
  return (text) => {
    const address = text.replace(/^::ffff:/, "");
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
  };
}
