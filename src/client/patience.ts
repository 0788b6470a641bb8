// Asks again where the server said when to: reads alone, a few times, and never for long.

const mostTries = 3;
const longestSeconds = 10;

export type Fetch = (request: Request) => Promise<Response>;

/** A `fetch` that asks a GET again after a 503 with `Retry-After`. Whatever may change something is sent once. */
export function patient(fetch: Fetch, sleep: (seconds: number) => Promise<void> = sleepFor): Fetch {
  return async (request) => {
    if (request.method !== "GET") return fetch(request);
    for (let tries = 1; ; tries++) {
      const answer = await fetch(request.clone());
      const seconds = answer.status === 503 ? secondsToWait(answer.headers.get("retry-after")) : null;
      if (seconds === null || tries === mostTries) return answer;
      // Not waited for: where somebody else holds a copy of the answer, it would not end.
      void answer.body?.cancel();
      await sleep(seconds);
    }
  };
}

/** Null: not said in seconds, or too long to wait for. */
function secondsToWait(header: string | null): number | null {
  if (header === null || !/^\d{1,6}$/.test(header)) return null;
  return Number(header) <= longestSeconds ? Number(header) : null;
}

function sleepFor(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
