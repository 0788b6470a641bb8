// k6: image pulls arrive RATE (50) times a second, whether or not earlier ones have been answered: an open loop.
import { prepareImages, pullImage } from "./registry.js";
import { closedLoop, sizeBytes } from "./settings.js";

const { thresholds, setupTimeout, summaryTrendStats, duration } = closedLoop;

export const options = {
  // A turn that nobody was free to take was not answered in time: it counts as a failure.
  thresholds: Object.assign({ dropped_iterations: ["count==0"] }, thresholds),
  setupTimeout,
  summaryTrendStats,
  scenarios: {
    arrivals: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE || 50),
      timeUnit: "1s",
      duration,
      preAllocatedVUs: Number(__ENV.VUS || 50),
      maxVUs: Number(__ENV.MAX_VUS || 500),
    },
  },
};

export function setup() {
  return prepareImages(8, sizeBytes);
}

export default function pull(images) {
  pullImage(images[(__VU + __ITER) % images.length]);
}
