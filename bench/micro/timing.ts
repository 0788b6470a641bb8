// Times a small piece of work: several rounds of many calls, the median told.

/** One line of the report. */
export interface Timing {
  name: string;
  /** Calls a second. */
  rate: number;
  microsecondsPerCall: number;
  /** Where calls move bytes. */
  mebibytesPerSecond: number | null;
}

export interface TimedWork {
  name: string;
  /** One call; a promise is awaited. */
  call(): unknown;
  /** How many bytes one call moves. */
  bytes?: number;
}

const rounds = 5;
const roundMs = 400;

export async function time({ name, call, bytes }: TimedWork): Promise<Timing> {
  await callFor(call, roundMs);
  const rates: number[] = [];
  for (let i = 0; i < rounds; i++) rates.push(await callFor(call, roundMs));
  const rate = rates.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] as number;
  return {
    name,
    rate,
    microsecondsPerCall: 1e6 / rate,
    mebibytesPerSecond: bytes === undefined ? null : (rate * bytes) / 2 ** 20,
  };
}

/** Calls a second, over at least this time. Batches grow until one is long, so that the clock is not what is timed. */
async function callFor(call: TimedWork["call"], leastMs: number): Promise<number> {
  for (let calls = 1; ; calls *= 4) {
    const since = performance.now();
    for (let i = 0; i < calls; i++) {
      const result = call();
      if (result instanceof Promise) await result;
    }
    const elapsed = performance.now() - since;
    if (elapsed >= leastMs) return (calls * 1000) / elapsed;
  }
}
