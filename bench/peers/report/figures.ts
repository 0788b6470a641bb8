// Makes figures of samples: medians, ratios of medians, and how far rounds lie apart.
import type { Sample } from "../measure.ts";
import type { Measured } from "../round.ts";
import type { Work } from "../works/work.ts";

/** One contender of one work over all rounds. */
export interface Figure {
  contender: string;
  /** Median of the rounds: units a second, or the p99 in milliseconds where a work is judged by that. */
  median: number;
  lowest: number;
  highest: number;
  cpuMsPerRequest: number;
  peakMiB: number;
  loadProcessors: number;
  samples: Sample[];
}

/** A work with its figures; the first is the one who is judged. */
export interface Result {
  work: string;
  unit: string;
  better: Work["better"];
  asked: number | null;
  figures: Figure[];
  /** The first against each other one. */
  ratios: Ratio[];
}

export interface Ratio {
  against: string;
  /** Of the medians. */
  ratio: number;
  /** Of single rounds. */
  lowest: number;
  highest: number;
}

export function resultsOf(works: readonly Work[], measured: readonly Measured[]): Result[] {
  return works.flatMap((work) => {
    const own = measured.filter((line) => line.work === work.name);
    // Rounds take turns in who comes first, so the order of lines does not say who is judged.
    const names = [...new Set(own.toSorted((a, b) => a.place - b.place).map(({ contender }) => contender))];
    const figures = names.map((name) =>
      figureOf(
        work,
        name,
        own.filter((line) => line.contender === name).map(({ sample }) => sample),
      ),
    );
    const [first, ...others] = figures;
    if (first === undefined) return [];
    const { name, unit, better, asked } = work;
    return [{ work: name, unit, better, asked, figures, ratios: others.map((other) => ratioOf(work, first, other)) }];
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}

function figureOf(work: Work, contender: string, samples: Sample[]): Figure {
  const values = samples.map((sample) => judgedBy(work, sample));
  return {
    contender,
    median: median(values),
    lowest: Math.min(...values),
    highest: Math.max(...values),
    cpuMsPerRequest: median(samples.map((sample) => sample.cpuMsPerRequest)),
    peakMiB: Math.max(...samples.map((sample) => sample.peakMiB)),
    loadProcessors: median(samples.map((sample) => sample.loadProcessors)),
    samples,
  };
}

function ratioOf(work: Work, first: Figure, other: Figure): Ratio {
  const rounds = first.samples.map((sample, i) => judgedBy(work, sample) / judgedBy(work, other.samples[i] as Sample));
  return {
    against: other.contender,
    ratio: first.median / other.median,
    lowest: Math.min(...rounds),
    highest: Math.max(...rounds),
  };
}

function judgedBy(work: Work, sample: Sample): number {
  return work.better === "lower" ? (sample.p99Ms ?? 0) : sample.rate;
}
