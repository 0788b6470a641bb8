// Asks elsewhere by sockets of its own: a name is resolved once, and only an address that was found to be allowed is connected to.
import { lookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { type Egress, EgressError } from "#ports/egress.ts";
import { asEgressError, readAnswer, requestHeaders, timeoutMs } from "./answer.ts";
import type { Guard } from "./guard.ts";

interface Address {
  address: string;
  family: number;
}

const resolveName = (host: string): Promise<Address[]> => lookup(host, { all: true });

/** @param resolve gives every address of a name. */
export function createPinnedEgress(guard: Guard, resolve = resolveName): Egress {
  return {
    problem: guard.problem,
    async getJson(url) {
      const problem = guard.problem(url);
      if (problem) throw new EgressError(problem);
      try {
        const { hostname } = new URL(url);
        const found = await resolve(hostname.replace(/^\[|\]$/g, ""));
        return await get(url, allowedOf(guard, found));
      } catch (error) {
        throw asEgressError(error);
      }
    },
  };
}

/** @throws EgressError when the name leads to no address that may be asked. */
function allowedOf(guard: Guard, found: Address[]): Address[] {
  const allowed = found.filter(({ address }) => guard.allows(address));
  if (allowed.length === 0) throw new EgressError("its name leads into a private network, which is not allowed here");
  return allowed;
}

function get(url: string, addresses: Address[]): Promise<object> {
  const pinned: LookupFunction = (_host, options, done) => {
    const [first] = addresses as [Address];
    if (options.all) done(null, addresses);
    else done(null, first.address, first.family);
  };
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  const request = url.startsWith("https:") ? https.request : http.request;
  // A connection of its own: one that was kept could lead elsewhere than to these addresses.
  const options = { lookup: pinned, agent: false, headers: requestHeaders, signal: AbortSignal.timeout(timeoutMs) };
  const asked = request(url, options, (answer) => {
    readAnswer(answer.statusCode ?? 0, answer)
      .then(resolve, reject)
      .finally(() => asked.destroy());
  });
  asked.on("error", reject);
  asked.end();
  return promise;
}
