// Asks elsewhere by fetch, where nothing tells to which address a name leads: Cloudflare lets nothing into private networks.
import { type Egress, EgressError } from "#ports/egress.ts";
import { asEgressError, readAnswer, requestHeaders, timeoutMs } from "./answer.ts";
import type { Guard } from "./guard.ts";

export function createFetchEgress(guard: Guard): Egress {
  return {
    problem: guard.problem,
    async getJson(url) {
      const problem = guard.problem(url);
      if (problem) throw new EgressError(problem);
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const answer = await fetch(url, { redirect: "manual", headers: requestHeaders, signal });
        if (answer.status !== 200) await answer.body?.cancel();
        return await readAnswer(answer.status, chunks(answer.body));
      } catch (error) {
        throw asEgressError(error);
      }
    },
  };
}

/** A stream's chunks: not every runtime lets one be iterated. Left early, the rest is not read. */
async function* chunks(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) yield step.value;
  } finally {
    await reader?.cancel();
  }
}
