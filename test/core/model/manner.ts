// How it is chosen who goes next: by chance out of one number, in manners that bring different orders about.

export interface Manner {
  /** Where the choices come from; with 0 everyone goes on as long as possible. */
  seed: number;
  /** Of 16: how often the one who went last goes on. */
  sticky: number;
  /** What waits long, so that others meet it half done: commits, so that transactions stay open, or calls to the store. */
  slow: "commit" | "store" | "nothing";
  /** Whether several go at once now and then, so that the database itself decides. */
  bursts: boolean;
}

/** 16 bits that look like chance. */
export function choiceAt(seed: number, step: number): number {
  if (seed === 0) return 0;
  let mixed = Math.imul(seed ^ (step * 0x9e37_79b9), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) & 0xffff;
}

/** The one that goes, of those that may. */
export function choose<G extends { kind: string; actor: string }>(
  { sticky, slow }: Manner,
  { eligible, last, value }: { eligible: readonly G[]; last: string; value: number },
): G {
  const quick = value % 7 > 0 ? eligible.filter(({ kind }) => kind !== slow) : eligible;
  const all = quick.length > 0 ? quick : eligible;
  const own = all.filter(({ actor }) => actor === last);
  const among = own.length > 0 && value % 16 <= sticky ? own : all;
  return among[(value >> 4) % among.length] as G;
}

/** Those that go at the same time as the one that was chosen. */
export function companions<G extends { kind: string }>({ bursts }: Manner, eligible: readonly G[], value: number): G[] {
  if (!bursts || value < 0xc000) return [];
  return eligible.filter(({ kind }) => kind === "call" || kind === "begin" || kind === "commit").slice(0, 3);
}
