// What was done to each fact, and when: from this it follows what a reader may be told.
//
// A fact is a word that holds or does not: this digest is here, that tag names this manifest. What made it hold, or ended it, took
// effect at some moment between its begin and its end. Of what a dead process was at nobody knows whether it happened.

/** Something that was asked for. */
export class Deed {
  readonly by: string;
  readonly start: number;
  /** `never` when it was refused, `maybe` when nobody learned how it went. */
  outcome: "open" | "done" | "maybe" | "never" = "open";
  #end: number | (() => number | null) = Number.POSITIVE_INFINITY;

  constructor(by: string, start: number) {
    this.by = by;
    this.start = start;
  }

  /** @param end a moment, or how to learn it, null as long as it goes on. */
  settle(outcome: "done" | "maybe" | "never", end: number | (() => number | null)): void {
    this.outcome = outcome;
    this.#end = end;
  }

  get end(): number {
    const end = typeof this.#end === "number" ? this.#end : this.#end();
    return end ?? Number.POSITIVE_INFINITY;
  }
}

/** When somebody looked. What is of before `since` may be forgotten by one who answers from memory, save for what it did itself. */
export interface Look {
  by: string;
  start: number;
  end: number;
  since: number;
}

interface Fact {
  begun: Deed[];
  ended: Deed[];
}

export class History {
  readonly #facts = new Map<string, Fact>();

  begins(fact: string, deed: Deed): void {
    this.#of(fact).begun.push(deed);
  }

  ends(fact: string, deed: Deed): void {
    this.#of(fact).ended.push(deed);
  }

  /** Deeds that may have touched the fact. */
  deeds(fact: string): Deed[] {
    const { begun, ended } = this.#of(fact);
    return [...begun, ...ended].filter(({ outcome }) => outcome !== "never");
  }

  /** What is wrong when somebody sees the fact, or that it does not hold; null when that may be. */
  objection(fact: string, seen: boolean, look: Look): string | null {
    const { begun, ended } = this.#of(fact);
    return seen ? invisible(fact, { begun, ended, look }) : missing(fact, { begun, ended, look });
  }

  /** What the fact's deeds were, for the report of a failure. */
  describe(fact: string): string {
    const { begun, ended } = this.#of(fact);
    const line = (kind: string) => (d: Deed) => `${kind} ${d.by} ${d.start}..${d.end} ${d.outcome}`;
    return [...begun.map(line("begins")), ...ended.map(line("ends"))].join("; ");
  }

  #of(fact: string): Fact {
    let known = this.#facts.get(fact);
    if (!known) {
      known = { begun: [], ended: [] };
      this.#facts.set(fact, known);
    }
    return known;
  }
}

type Case = Fact & { look: Look };

/** A fact that somebody acknowledged is there until somebody ends it. */
function missing(fact: string, { begun, ended, look }: Case): string | null {
  // What the reader did itself is no excuse for what it saw on the way.
  const explains = (deed: Deed, end: Deed) =>
    end.outcome !== "never" && end.end > deed.start && end.start < look.end && end.start !== look.start;
  const lost = begun.find(
    (deed) => deed.outcome === "done" && deed.end < known(look, deed) && !ended.some((end) => explains(deed, end)),
  );
  return lost ? `${fact} was acknowledged at ${lost.end} and is missing at ${look.start}..${look.end}` : null;
}

/** A fact that is seen was made by somebody, and not surely ended since. */
function invisible(fact: string, { begun, ended, look }: Case): string | null {
  const isOver = (deed: Deed) =>
    ended.some((end) => end.outcome === "done" && end.start > deed.end && end.end < known(look, end));
  const possible = begun.some((deed) => deed.outcome !== "never" && deed.start < look.end && !isOver(deed));
  return possible ? null : `${fact} is visible at ${look.start}..${look.end}, and nobody made it so`;
}

function known(look: Look, deed: Deed): number {
  return deed.by === look.by ? look.start : Math.min(look.since, look.start);
}
