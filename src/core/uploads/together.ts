// Does for many at once what would cost each nearly as much alone: what comes while others are under way waits for the next turn.

/** How one of many went. */
export type Outcome<O> = { value: O } | { error: unknown };

interface Turns<I, O> {
  /** Does it for all of them, and tells how each went, in their order. What it throws is everybody's. */
  work(inputs: I[]): Promise<Outcome<O>[]>;
  /** How many go in one turn. */
  most: number;
}

interface Waiting<I, O> {
  input: I;
  resolve(value: O): void;
  reject(error: unknown): void;
}

/** @returns what to call with each. One turn is under way at a time. */
export function createTogether<I, O>({ work, most }: Turns<I, O>): (input: I) => Promise<O> {
  const queue: Waiting<I, O>[] = [];
  let busy = false;
  const turn = async () => {
    busy = true;
    while (queue.length > 0) {
      const now = queue.splice(0, most);
      try {
        const outcomes = await work(now.map(({ input }) => input));
        for (const [i, { resolve, reject }] of now.entries()) {
          const outcome = outcomes[i] as Outcome<O>;
          if ("error" in outcome) reject(outcome.error);
          else resolve(outcome.value);
        }
      } catch (error) {
        for (const { reject } of now) reject(error);
      }
    }
    busy = false;
  };
  return (input) =>
    new Promise((resolve, reject) => {
      queue.push({ input, resolve, reject });
      if (!busy) void turn();
    });
}
