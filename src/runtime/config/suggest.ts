// Guesses which known name was meant by an unknown one.

/** The known name closest to `unknown`, or null when none is close enough to be meant. */
export function suggestName(unknown: string, known: readonly string[]): string | null {
  const upper = unknown.toUpperCase();
  const ranked = known
    .map((name) => ({ name, distance: editDistance(upper, name) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, Math.floor(unknown.length / 4)) ? best.name : null;
}

/** How many letters must be put in, taken out or replaced to get from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
