// The rules under random interleavings of several processes that die at any await, against the embedded PostgreSQL and the memory store.
import fc from "fast-check";
import { afterAll, beforeAll, it } from "vitest";
import { createPlace, type Place } from "./place.ts";
import { plans } from "./plan.ts";
import { play } from "./play.ts";

/** The full run of the fault suite takes many more, and as long as they need. */
const numRuns = Number(process.env.BERTH_MODEL_RUNS ?? 20);
const seed = process.env.BERTH_MODEL_SEED;

let place: Place;
beforeAll(async () => {
  place = await createPlace();
});
afterAll(() => place.close());

it(
  "loses nothing that was acknowledged, shows nothing else, and leaves no object without a row",
  async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const t = Date.now();
        const d = await play(place, plan);
        if (process.env.BERTH_MODEL_VERBOSE)
          console.log(d.steps, Date.now() - t, plan.clients.map((c) => c.length).join());
      }),
      { numRuns, ...(seed && { seed: Number(seed) }) },
    );
  },
  60_000 + numRuns * 5_000,
);
