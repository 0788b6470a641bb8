// Moments, reckoned from others.

/** A moment `seconds` after (or before) another. */
export function plusSeconds(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
