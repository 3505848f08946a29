/**
 * Means over cases, and how far they would move with other cases. Cases of one subject are not independent: they are one
 * cluster, and clusters are what varies (`statistics/clusters.ts`). Which rule makes an interval is written beside it
 * (docs/statistics.md says what each is worth):
 *
 *   prompts              Student's t on clusters of equal sizes, else CR2; below five clusters only their range
 *   a divergence         bootstrap-t; below ten clusters only their range
 *   draws                Student's t; below three draws only their range
 *   draws within bounds  (a probability) hedged capital; below 30 draws only their range
 *
 * The mean is over cases, as published numbers are; with clusters of equal sizes it is also that over clusters.
 */
import type { Figure } from '../../results/document';
import { bootstrapT, type Resampling } from '../../statistics/bootstrapT';
import {
  type ClusterMean,
  type ClusterWeights,
  clusterWeights,
  meanOfClusters,
} from '../../statistics/clusters';
import { FEWEST_DRAWS } from '../../statistics/hatching';
import { drawnInterval } from '../../statistics/draws';
import { simultaneousCritical } from '../../statistics/maxT';
import type { Towards } from '../../statistics/namedPeak';
import { type Interval, mean, rangeOf } from '../../statistics/stats';
import type { StudyCase, StudySpec } from './spec';

/** Values, intervals and n of a figure; null cells are left out of a cell's mean. */
export type Averaged = Pick<Figure, 'values' | 'intervals' | 'ranges' | 'rule' | 'varies'>;

/** One number per cell; null where there is no such cell. */
export type Cells = readonly (number | null)[];

/** `[case][cell]`. */
export type PerCase = readonly Cells[];

/** The least and the most that a number can be. */
export type Bounds = readonly [number, number];

/** What a mean is over. */
export interface Over {
  /** Default: 'prompts'. */
  readonly what?: string;
  /** The cluster of each case, by any name; default: each its own. */
  readonly clusters?: readonly string[];
  /** Of what is drawn again (bootstrap-t, sign flips of max-t): how often, at most, and the seed. */
  readonly samples?: number;
  readonly seed?: number;
  /** Independent draws of one distribution, not prompts. */
  readonly isDrawn?: boolean;
  /** What every draw lies within; absent: unbounded. */
  readonly bounds?: Bounds | undefined;
  /** Numbers are divergences: never negative, and skewed. */
  readonly isDivergence?: boolean | undefined;
}

/** Draws of clusters for a whole figure: about a second. */
const MOST_WORK = 1e8;
const FEWEST_SAMPLES = 200;

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

/** Mean of every cell, and its 95 % interval by itself or the range of what varies. One case: its values alone. */
export function averaged(perCase: PerCase, over: Over = {}): Averaged {
  const [first] = perCase;
  if (!first) return { values: [] };
  if (perCase.length === 1) return { values: [...first] };
  const gather = gathering(perCase, over);
  const resampling = resamplingOf(over, perCase.length, first.length);
  const cells = first.map((_, c) => {
    const found = gather(c);
    return found && { ...found, interval: intervalOf(found, over, resampling) };
  });
  const intervals = cells.map((cell) => cell?.interval ?? null);
  const ranges = cells.map((cell) => (cell && !cell.interval ? spreadOf(cell.means) : null));
  const rule = ruleOf(cells.filter((cell) => cell !== null && cell.interval !== null) as Found[], over);
  return {
    values: cells.map((cell) => cell?.mean ?? null),
    ...(rule ? { intervals, rule } : {}),
    ...(ranges.some((range) => range !== null) ? { ranges } : {}),
    varies: { what: over.what ?? 'prompts', n: perCase.length },
  };
}

/** Intervals of cells with the rule that made them; nothing where no cell has one. */
export function intervalsBy(
  intervals: (Interval | null)[],
  rule: string | undefined,
): Pick<Averaged, 'intervals' | 'rule'> {
  return intervals.some((interval) => interval !== null) && rule ? { intervals, rule } : {};
}

/** What an interval is over: several prompts, each the mean of its draws, or the draws of the only one. */
export interface Samples {
  readonly rows: readonly Cells[];
  readonly over: Over;
}

/** `perCase[i][draw][cell]`; `draws` says what a draw is, `bounds` what it lies within. */
export function samplesOf(
  perCase: readonly (readonly Cells[])[],
  draws: string,
  over: Over,
  bounds?: Bounds,
): Samples {
  const { isDivergence } = over;
  const [only, another] = perCase;
  if (only && !another)
    return {
      rows: only,
      over: { what: draws, isDrawn: true, ...(bounds && { bounds }), ...(isDivergence && { isDivergence }) },
    };
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
  /** Holds for all cells that it was chosen from at once; null below ten clusters, or where its rule gives none. */
  readonly interval: Interval | null;
  /** Least and most of the draws or clusters, where there is no interval. */
  readonly range: Interval | null;
}

/**
 * The cell whose mean is largest among those that compete; null if none does. Its interval is simultaneous: max-t, never
 * wider than Bonferroni's bound; of bounded draws by Bonferroni. The only cell keeps its own.
 */
export function peakOf(
  perCase: PerCase,
  over: Over,
  competes: (cell: number) => boolean = () => true,
  towards: Towards = 1,
): PeakCell | null {
  const gather = gathering(perCase, over);
  const size = (value: number) => (towards === 'either' ? Math.abs(value) : towards * value);
  const found = [...(perCase[0]?.keys() ?? [])].flatMap((cell) => {
    const own = competes(cell) ? gather(cell) : null;
    return own ? [{ ...own, cell }] : [];
  });
  const best = found.reduce<(typeof found)[number] | null>(
    (a, b) => (a && size(a.mean) >= size(b.mean) ? a : b),
    null,
  );
  if (!best) return null;
  const { cell, mean: value, means } = best;
  const interval = peakInterval(best, found, over, perCase.length);
  return { cell, value, interval, range: interval ? null : spreadOf(means) };
}

function peakInterval(best: Found, found: readonly Found[], over: Over, cases: number): Interval | null {
  const own = resamplingOf(over, cases, 1);
  if (found.length === 1) return intervalOf(best, over, own);
  if (best.clusters < FEWEST_DRAWS) return null;
  if (over.bounds) return intervalOf(best, over, own, found.length);
  const moving = found.filter(({ error }) => error > 1e-12);
  const { samples, seed } = resamplingOf(over, cases, found.length);
  const critical = simultaneousCritical(moving.map(flippedCell), { df: best.df, seed, flips: samples });
  const half = critical * best.error;
  const low = best.mean - half;
  return [over.isDivergence ? Math.max(0, low) : low, best.mean + half];
}

/** Least and most; null of a single one. */
const spreadOf = (means: readonly number[]): Interval | null => (means.length < 2 ? null : rangeOf(means));

/** Mean of `numbers` at these places; null if there is none. */
export function meanAt(numbers: readonly number[], places: readonly number[]): number | null {
  return places.length === 0 ? null : mean(places.map((place) => numbers[place]!));
}

/** One cell: the mean of each cluster that has it. */
export interface Found extends ClusterMean {
  readonly means: readonly number[];
  readonly sizes: readonly number[];
  /** Which clusters these are, of `total`. */
  readonly at: readonly number[];
  readonly total: number;
  readonly about: ClusterWeights;
}

/** The clusters of each cell; null where no case has the cell. */
export function gathering(perCase: PerCase, over: Over): (cell: number) => Found | null {
  const names = perCase.map((_, i) => over.clusters?.[i] ?? `${i}`);
  const index = new Map([...new Set(names)].map((name, g) => [name, g]));
  const cluster = names.map((name) => index.get(name)!);
  const total = index.size;
  // Most cells are had by every case.
  const known = new Map<string, ClusterWeights>();
  return (cell) => {
    const sums = new Float64Array(total);
    const counts = new Float64Array(total);
    for (const [i, numbers] of perCase.entries()) {
      const value = numbers[cell];
      if (value === null || value === undefined) continue;
      sums[cluster[i]!]! += value;
      counts[cluster[i]!]! += 1;
    }
    const at = [...counts.keys()].filter((g) => counts[g]! > 0);
    if (at.length === 0) return null;
    const sizes = at.map((g) => counts[g]!);
    const means = at.map((g) => sums[g]! / counts[g]!);
    const key = sizes.join();
    const about = known.get(key) ?? clusterWeights(sizes, 'cases');
    known.set(key, about);
    return { ...meanOfClusters(means, about), means, sizes, at, total, about };
  };
}

function flippedCell({ mean: m, means, at, total, about }: Found) {
  const [deviations, weights, spread] = [0, 0, 0].map(() => new Float64Array(total)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const [k, g] of at.entries()) {
    deviations[g] = means[k]! - m;
    weights[g] = about.weights[k]!;
    spread[g] = about.spread[k]!;
  }
  return { deviations, weights, spread };
}

const resamplingOf = ({ samples = 2000, seed = 1 }: Over, cases: number, cells: number): Resampling => ({
  samples: Math.min(samples, Math.max(FEWEST_SAMPLES, Math.floor(MOST_WORK / Math.max(1, cells * cases)))),
  seed,
});

/** A cell's own interval, if its rule gives one; of bounded draws for `comparisons` cells at once. */
function intervalOf(found: Found, over: Over, resampling: Resampling, comparisons = 1): Interval | null {
  const { means, sizes } = found;
  if (over.isDivergence) return bootstrapT(means, sizes, resampling);
  return over.isDrawn ? drawnInterval(means, over.bounds ?? null, comparisons) : found.interval;
}

/** The rule in words; null where no cell has an interval. */
function ruleOf(found: readonly Found[], over: Over): string | null {
  if (found.length === 0) return null;
  if (over.isDivergence) return 'bootstrap-t';
  if (over.bounds) return 'hedged capital';
  const name = found.every(({ isEqual }) => isEqual) ? 'Student t' : 'CR2 t';
  const [least, most] = rangeOf(found.map(({ df }) => df));
  const degrees = (df: number) => `${Number(df.toFixed(1))}`;
  const own = degrees(least) === degrees(most) ? degrees(least) : `${degrees(least)} to ${degrees(most)}`;
  return `${name}, ${own} degrees of freedom`;
}
