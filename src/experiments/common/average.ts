/**
 * Means over cases, and how far they would move with other cases. Cases of one subject are not independent: they are one
 * cluster, and clusters are what is drawn again (Efron & Tibshirani 1993, the percentile bootstrap; Cameron, Gelbach &
 * Miller 2008 for clusters). A cell that few clusters have is given Student's t with the cluster-robust standard error.
 */
import type { Figure } from '../../results/study';
import { RandomState } from '../../util/random';
import { type Interval, mean, quantile, tCritical, tQuantile975 } from '../../util/stats';
import type { StudyCase, StudySpec } from './spec';

/** Values, intervals and n of a figure; null cells are left out of a cell's mean. */
export type Averaged = Pick<Figure, 'values' | 'intervals' | 'varies'>;

/** One number per cell; null where there is no such cell. */
export type Cells = readonly (number | null)[];

/** `[case][cell]`. */
export type PerCase = readonly Cells[];

/** What a mean is over. */
export interface Over {
  /** Default: 'prompts'. */
  readonly what?: string;
  /** The cluster of each case, by any name; default: each its own. */
  readonly clusters?: readonly string[];
  /** How often the clusters are drawn again, at most; and the seed of the draws. */
  readonly samples?: number;
  readonly seed?: number;
  /** Independent draws of one distribution: Student's t, however many there are. */
  readonly isDrawn?: boolean;
}

/** Fewer clusters than this say too little about their own spread to be drawn again. */
const FEW = 10;
/** Resampling a figure takes at most so many additions: less than a second. Large figures are resampled less often... */
const MOST_WORK = 4e8;
/** ...but never less often than this. */
const FEWEST_SAMPLES = 200;

const NORMAL_QUANTILE_975 = 1.959963984540054;

/** Cases with the same subject: the label's part after the first colon, or each by itself. */
export function clusterOf({ label }: Pick<StudyCase, 'label'>, i: number): string {
  const colon = label?.indexOf(':') ?? -1;
  return colon < 0 ? `case ${i}` : label!.slice(colon + 1);
}

/** The counted cases of a study. */
export function overCases(spec: StudySpec, cases: readonly { readonly i: number }[], what = 'prompts'): Over {
  const clusters = cases.map(({ i }) => clusterOf(spec.cases[i]!, i));
  const n = new Set(clusters).size;
  return { what: n < cases.length ? `${what} of ${n} subjects` : what, clusters, ...spec.bootstrap };
}

/** Mean and 95 % interval of every cell, each by itself. One case: its values, without intervals. */
export function averaged(perCase: PerCase, over: Over = {}): Averaged {
  const [first] = perCase;
  if (!first) return { values: [] };
  if (perCase.length === 1) return { values: [...first] };
  const resampled = resampling(perCase, over);
  const cells = first.map((_, c) => resampled(c));
  return {
    values: cells.map((cell) => cell?.mean ?? null),
    intervals: cells.map((cell) => (cell ? intervalOf(cell) : null)),
    varies: { what: over.what ?? 'prompts', n: perCase.length },
  };
}

/** What an interval is over: several prompts, each the mean of its draws, or the draws of the only one. */
export interface Samples {
  readonly rows: readonly Cells[];
  readonly over: Over;
}

/** `perCase[i][draw][cell]`; `draws` says what a draw is. */
export function samplesOf(perCase: readonly (readonly Cells[])[], draws: string, over: Over): Samples {
  const [only, another] = perCase;
  if (only && !another) return { rows: only, over: { what: draws, isDrawn: true } };
  return { rows: perCase.map(meanCells), over };
}

const meanCells = (rows: readonly Cells[]): Cells =>
  rows[0]!.map((_, cell) => {
    const numbers = rows.flatMap((row) => row[cell] ?? []);
    return numbers.length === 0 ? null : mean(numbers);
  });

export interface PeakCell {
  readonly cell: number;
  readonly value: number;
  /** Holds for all cells that it was chosen from at once (max-t); null for a single case or cluster. */
  readonly interval: Interval | null;
}

/** What counts as large: 1 the largest, -1 the smallest, 'either' the largest in size. */
export type Towards = 1 | -1 | 'either';

/** The cell whose mean is largest among those that compete; null if none does. */
export function peakOf(
  perCase: PerCase,
  over: Over,
  competes: (cell: number) => boolean = () => true,
  towards: Towards = 1,
): PeakCell | null {
  const resampled = resampling(perCase, over);
  const size = (value: number) => (towards === 'either' ? Math.abs(value) : towards * value);
  let largest: Float64Array | null = null;
  let best: { cell: number; found: Resampled } | null = null;
  let tried = 0;
  for (const cell of perCase[0]?.keys() ?? []) {
    const found = competes(cell) ? resampled(cell) : null;
    if (!found) continue;
    tried++;
    if (!best || size(found.mean) > size(best.found.mean)) best = { cell, found };
    if (!found.means || found.error <= 1e-12) continue;
    largest ??= new Float64Array(found.means.length);
    for (const [b, other] of found.means.entries())
      largest[b] = Math.max(largest[b]!, Math.abs(other - found.mean) / found.error);
  }
  if (!best) return null;
  const { cell, found } = best;
  if (found.clusters < 2) return { cell, value: found.mean, interval: null };
  const bound = tCritical(found.clusters - 1, 0.05 / tried);
  const resampledCritical =
    largest && found.means ? quantile(largest.sort(), 0.95) * widening(found.clusters) : bound;
  const critical = Math.min(bound, resampledCritical);
  const half = critical * found.error;
  return { cell, value: found.mean, interval: [found.mean - half, found.mean + half] };
}

/** Resamples of G clusters vary less than new clusters would, and know the standard error: what that takes away. */
function widening(clusters: number): number {
  return Math.sqrt(clusters / (clusters - 1)) * (tQuantile975(clusters - 1) / NORMAL_QUANTILE_975);
}

/** Mean of `numbers` at these places; null if there is none. */
export function meanAt(numbers: readonly number[], places: readonly number[]): number | null {
  return places.length === 0 ? null : mean(places.map((place) => numbers[place]!));
}

export interface Resampled {
  readonly mean: number;
  /** Clusters that have the cell. */
  readonly clusters: number;
  /** Standard error of the mean, clusters being what varies; 0 for a single one. */
  readonly error: number;
  /** The mean of each resample; null where the clusters are few. */
  readonly means: Float64Array | null;
}

function intervalOf({ mean: m, clusters, error, means }: Resampled): Interval | null {
  if (clusters < 2) return null;
  if (means) {
    const sorted = means.slice().sort();
    return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  }
  const half = tQuantile975(clusters - 1) * error;
  return [m - half, m + half];
}

/** How a cell's mean varies; the same clusters are drawn for every cell. Null where no case has the cell. */
export function resampling(perCase: PerCase, over: Over): (cell: number) => Resampled | null {
  const names = perCase.map((_, i) => over.clusters?.[i] ?? `${i}`);
  const index = new Map([...new Set(names)].map((name, g) => [name, g]));
  const cluster = names.map((name) => index.get(name)!);
  const G = index.size;
  const cells = perCase[0]?.length ?? 0;
  const affordable = Math.floor(MOST_WORK / Math.max(1, cells * G));
  const samples = Math.min(over.samples ?? 2000, Math.max(FEWEST_SAMPLES, affordable));
  const drawn = over.isDrawn || G < FEW ? null : drawClusters(G, samples, over.seed ?? 1);
  return (cell) => {
    const sums = new Float64Array(G);
    const counts = new Float64Array(G);
    for (const [i, numbers] of perCase.entries()) {
      const value = numbers[cell];
      if (value === null || value === undefined) continue;
      sums[cluster[i]!]! += value;
      counts[cluster[i]!]! += 1;
    }
    const n = counts.reduce((a, b) => a + b, 0);
    if (n === 0) return null;
    const m = sums.reduce((a, b) => a + b, 0) / n;
    const clusters = counts.reduce((a, b) => a + (b > 0 ? 1 : 0), 0);
    if (!drawn || clusters < FEW)
      return { mean: m, clusters, error: robustError(sums, counts, m, n), means: null };
    const means = resampledMeans(drawn, sums, counts, samples, m);
    return { mean: m, clusters, error: spread(means), means };
  };
}

/** How often each of G clusters is in each resample, row-major [sample][cluster]. */
function drawClusters(G: number, samples: number, seed: number): Uint8Array {
  const random = new RandomState(seed);
  const drawn = new Uint8Array(samples * G);
  for (let b = 0; b < samples; b++)
    for (let j = 0; j < G; j++) drawn[b * G + Math.floor(random.nextDouble() * G)]!++;
  return drawn;
}

function resampledMeans(
  drawn: Uint8Array,
  sums: Float64Array,
  counts: Float64Array,
  samples: number,
  otherwise: number,
): Float64Array {
  const G = sums.length;
  const means = new Float64Array(samples);
  for (let b = 0; b < samples; b++) {
    let sum = 0;
    let n = 0;
    for (let g = 0, at = b * G; g < G; g++, at++) {
      const times = drawn[at]!;
      sum += times * sums[g]!;
      n += times * counts[g]!;
    }
    // A resample without any case of this cell says nothing about it.
    means[b] = n === 0 ? otherwise : sum / n;
  }
  return means;
}

/** sqrt(G / (G - 1) sum over clusters of (sum of deviations)^2) / n; of clusters of one case: s / sqrt(n). */
function robustError(sums: Float64Array, counts: Float64Array, m: number, n: number): number {
  let squares = 0;
  let G = 0;
  for (const [g, count] of counts.entries()) {
    if (count === 0) continue;
    G++;
    squares += (sums[g]! - count * m) ** 2;
  }
  return G < 2 ? 0 : Math.sqrt((G / (G - 1)) * squares) / n;
}

function spread(values: Float64Array): number {
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0) / (values.length - 1));
}
