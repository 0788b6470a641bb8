// The rules under random interleavings of several processes that die at any await, against the embedded PostgreSQL and the memory store.
//
// A failure prints its seed and path: BERTH_MODEL_SEED and BERTH_MODEL_PATH play it again, BERTH_MODEL_RUNS asks for more runs.
import fc from "fast-check";
import { afterAll, beforeAll, it } from "vitest";
import { createPlace, type Place } from "./place.ts";
import { plans } from "./plan.ts";
import { play } from "./play.ts";

const { BERTH_MODEL_RUNS: runs, BERTH_MODEL_SEED: seed, BERTH_MODEL_PATH: path } = process.env;
const numRuns = Number(runs ?? 25);
/** Where nobody asked for so many, a busy machine takes fewer. */
const limitMs = runs === undefined ? 12_000 : numRuns * 5_000;

let place: Place;
beforeAll(async () => {
  place = await createPlace();
});
afterAll(() => place.close());

it(
  "loses nothing that was acknowledged, shows nothing else, and leaves no object without a row",
  async () => {
    const property = fc.asyncProperty(plans, async (plan) => {
      await play(place, plan);
    });
    const again = { ...(seed && { seed: Number(seed) }), ...(path && { path }) };
    await fc.assert(property, { numRuns, interruptAfterTimeLimit: limitMs, ...again });
  },
  limitMs + 60_000,
);
