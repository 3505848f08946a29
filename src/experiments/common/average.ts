/**
 * Means over cases, and their uncertainty. Cases of one subject are dependent: they form one
 * cluster, and clusters vary (`statistics/clusters.ts`). Rules of intervals (docs/statistics.md):
 *
 *   prompts              Student's t for equal clusters, else CR2; below five clusters the range
 *   a divergence         bootstrap-t; below ten clusters the range
 *   draws                Student's t; below three draws the range
 *   draws within bounds  (a probability) hedged capital; below 30 draws the range
 *
 * The mean is over cases, as in published numbers.
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

/** Values, intervals and n of a figure; means skip null cells. */
export type Averaged = Pick<Figure, 'values' | 'intervals' | 'ranges' | 'rule' | 'varies'>;

/** One number per cell; null if the case lacks the cell. */
export type Cells = readonly (number | null)[];

/** `[case][cell]`. */
export type PerCase = readonly Cells[];

/** Smallest and largest possible value. */
export type Bounds = readonly [number, number];

/** The population of a mean. */
export interface Over {
  /** Default: 'prompts'. */
  readonly what?: string;
  /** The cluster of each case, by name; default: one per case. */
  readonly clusters?: readonly string[];
  /** Most draws, and the seed, of bootstrap-t and max-t sign flips. */
  readonly samples?: number;
  readonly seed?: number;
  /** Independent draws of one distribution, not prompts. */
  readonly isDrawn?: boolean;
  /** Bounds of every draw; absent: unbounded. */
  readonly bounds?: Bounds | undefined;
  /** The numbers are divergences: non-negative and skewed. */
  readonly isDivergence?: boolean | undefined;
}

/** Most cluster draws for one figure: about a second. */
const MOST_WORK = 1e8;
const FEWEST_SAMPLES = 200;

/** Key of a case's cluster: the label after its first colon, else the case itself. */
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

/** Mean of every cell with its own 95 % interval, or the range. One case: values alone. */
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

/** Cell intervals with their rule; {} if no cell has one. */
export function intervalsBy(
  intervals: (Interval | null)[],
  rule: string | undefined,
): Pick<Averaged, 'intervals' | 'rule'> {
  return intervals.some((interval) => interval !== null) && rule ? { intervals, rule } : {};
}

/** The samples of an interval: prompts (each the mean of its draws), or a single prompt's draws. */
export interface Samples {
  readonly rows: readonly Cells[];
  readonly over: Over;
}

/** `perCase[i][draw][cell]`; `draws` names a draw, `bounds` limits it. */
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

/** Means over the rows that have the cell. */
export const meanCells = (rows: readonly Cells[]): Cells =>
  rows[0]!.map((_, cell) => {
    const numbers = rows.flatMap((row) => row[cell] ?? []);
    return numbers.length === 0 ? null : mean(numbers);
  });

export interface PeakCell {
  readonly cell: number;
  readonly value: number;
  /** Simultaneous over all competing cells; null below ten clusters, or if the rule gives none. */
  readonly interval: Interval | null;
  /** Smallest and largest draw or cluster mean, if there is no interval. */
  readonly range: Interval | null;
}

/**
 * The competing cell with the largest mean; null if none competes. Its interval is simultaneous:
 * max-t, never wider than Bonferroni; Bonferroni for bounded draws. A lone cell keeps its own.
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

/** Range; null of a single value. */
const spreadOf = (means: readonly number[]): Interval | null => (means.length < 2 ? null : rangeOf(means));

/** Mean of `numbers` at these places; null if there are none. */
export function meanAt(numbers: readonly number[], places: readonly number[]): number | null {
  return places.length === 0 ? null : mean(places.map((place) => numbers[place]!));
}

/** One cell: the means of its clusters. */
export interface Found extends ClusterMean {
  readonly means: readonly number[];
  readonly sizes: readonly number[];
  /** Their indices, among `total` clusters. */
  readonly at: readonly number[];
  readonly total: number;
  readonly about: ClusterWeights;
}

/** The clusters of each cell; null if no case has the cell. */
export function gathering(perCase: PerCase, over: Over): (cell: number) => Found | null {
  const names = perCase.map((_, i) => over.clusters?.[i] ?? `${i}`);
  const index = new Map([...new Set(names)].map((name, g) => [name, g]));
  const cluster = names.map((name) => index.get(name)!);
  const total = index.size;
  // Most cells occur in every case: cache the weights.
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
  const deviations = new Float64Array(total);
  const weights = new Float64Array(total);
  const spread = new Float64Array(total);
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

/** A cell's own interval, if its rule gives one; for bounded draws corrected for `comparisons`. */
function intervalOf(found: Found, over: Over, resampling: Resampling, comparisons = 1): Interval | null {
  const { means, sizes } = found;
  if (over.isDivergence) return bootstrapT(means, sizes, resampling);
  return over.isDrawn ? drawnInterval(means, over.bounds ?? null, comparisons) : found.interval;
}

/** The rule in words; null if no cell has an interval. */
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
