// Reads the environment variables that all scripts share.

/** Where the registry is, and what stands there before the names of tags. */
export const registry = __ENV.REGISTRY || "http://127.0.0.1:5000";
export const repository = __ENV.REPOSITORY || "bench/k6";
export const user = __ENV.REGISTRY_USER || "";
export const password = __ENV.REGISTRY_PASSWORD || "";

/** Size of one blob in bytes: SIZE is a number with MiB or GiB behind it. */
export const sizeBytes = readSize(__ENV.SIZE || "1MiB");

/** A number of virtual users works for a time, each as fast as it is answered. */
export const closedLoop = {
  vus: Number(__ENV.VUS || 8),
  duration: __ENV.DURATION || "30s",
  thresholds: { checks: ["rate==1"] },
  // Preparing may push gigabytes.
  setupTimeout: "10m",
  summaryTrendStats: ["med", "p(95)", "p(99)", "max"],
};

/** The share of answers whose digest is computed. */
const checkedShare = Number(__ENV.CHECKED_SHARE || 0.01);

/** Whether this answer is one of those. */
export function isChecked() {
  return Math.random() < checkedShare;
}

function readSize(text) {
  const found = /^(\d+)(KiB|MiB|GiB)$/.exec(text);
  if (!found) throw new Error(`SIZE: ${text} is no size such as 1MiB, 100MiB or 1GiB`);
  return Number(found[1]) * { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[found[2]];
}
