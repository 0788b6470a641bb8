// How an object is cut into parts: small ones first, so that most uploads need little memory; large ones later, because S3
// takes no more than 10,000.
const mebibyte = 1024 * 1024;
const smallPartBytes = 8 * mebibyte;
const largePartBytes = 64 * mebibyte;
const smallParts = 1_000;
const mostParts = 10_000;

/** The largest object that the parts can hold: about 570 GiB. */
export const largestObjectBytes = smallParts * smallPartBytes + (mostParts - smallParts) * largePartBytes;

/** The largest piece of memory that a part needs. */
export const largestPartBytes = largePartBytes;

/** The size of a part that is not the last. @param index from 0. */
export function partBytes(index: number): number {
  return index < smallParts ? smallPartBytes : largePartBytes;
}

/** How many bytes so many whole parts hold. */
export function bytesOfParts(count: number): number {
  const small = Math.min(count, smallParts);
  return small * smallPartBytes + (count - small) * largePartBytes;
}

/** How the parts of one upload are cut. */
export interface PartPlan {
  partBytes(index: number): number;
  bytesOfParts(count: number): number;
  largestObjectBytes: number;
}

/** The plan of an upload whose parts are equal, as R2 wants them, or of one that begins with small ones. */
export function planOf(equalBytes: number | undefined): PartPlan {
  if (equalBytes === undefined) return { partBytes, bytesOfParts, largestObjectBytes };
  return {
    partBytes: () => equalBytes,
    bytesOfParts: (count) => count * equalBytes,
    largestObjectBytes: equalBytes * mostParts,
  };
}
