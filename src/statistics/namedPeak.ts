/**
 * The cell that a sentence names: the largest of many. It was selected for its size, so its
 * interval holds simultaneously for all candidate cells (max-t: `maxTCritical`). Two more numbers
 * qualify the choice: how often other draws would name the same cell, and which cells cannot be
 * told apart from it. For unbounded metrics.
 *
 * Sample splitting (select on one half, estimate on the other: `split`) also covers but is wider:
 * 8.7 against 7.6 nats at ten draws of the pool in docs/statistics.md.
 */
import { FEWEST_DRAWS } from './hatching';
import { maxTCritical } from './maxT';
import { RandomState } from '../util/random';
import { type Interval, mean, standardError, tCritical } from './stats';

/** What counts as large: 1 the largest, -1 the smallest, 'either' the largest in size. */
export type Towards = 1 | -1 | 'either';

export interface PeakSearch {
  /** Which cells may be named; default: all. */
  readonly competes?: (cell: number) => boolean;
  /** Default: 1. */
  readonly towards?: Towards;
  /**
   * The same cells and draws in an unbounded metric, if `cells` are in a bounded one such as p. The
   * interval and `alike` refer to these. Max-t holds for every cell of the family, however it was
   * selected.
   */
  readonly tested?: readonly (readonly number[])[];
  readonly seed: number;
}

export interface NamedPeak {
  readonly cell: number;
  /** Mean over the draws of `tested`. */
  readonly estimate: number;
  /** Simultaneous over the family; null below ten draws. */
  readonly interval: Interval | null;
  readonly rule: 'max-t';
  /** Number of cells searched. */
  readonly family: number;
  /** Share of bootstrap resamples that name the same cell; 1 for one draw. */
  readonly share: number;
  /**
   * Other cells that cannot be told apart from it: paired t of the differences, Bonferroni over the
   * family; all of them below ten draws.
   */
  readonly alike: readonly number[];
}

const RESAMPLES = 1000;
const FEWEST_RESAMPLES = 200;
/** Additions over all resamples: a few tenths of a second. */
const MOST_WORK = 1e8;

/** `cells[c][i]`: draw i of cell c, paired across cells. Null without cells or draws. */
export function namedPeak(
  cells: readonly (readonly number[])[],
  { competes = () => true, towards = 1, tested = cells, seed }: PeakSearch,
): NamedPeak | null {
  const family = [...cells.keys()].filter(competes);
  const n = cells[family[0] ?? 0]?.length ?? 0;
  if (family.length === 0 || n === 0) return null;
  const size = (value: number): number => (towards === 'either' ? Math.abs(value) : towards * value);
  const sizes = family.map((c) => size(mean(cells[c]!)));
  const cell = family[argmax(sizes)]!;
  const draws = tested[cell]!;
  const estimate = mean(draws);
  const searched = family.map((c) => cells[c]!);
  const common = {
    cell,
    estimate,
    rule: 'max-t' as const,
    family: family.length,
    share: shareOfResamples(searched, family.indexOf(cell), size, seed),
  };
  const others = family.filter((c) => c !== cell);
  if (n < FEWEST_DRAWS) return { ...common, interval: null, alike: others };
  const inFamily = family.map((c) => tested[c]!);
  const half = maxTCritical(inFamily, seed)! * standardError(draws);
  const critical = tCritical(n - 1, 0.05 / Math.max(1, others.length));
  // 'either': the named cell's sign is applied to all, so that mirrored cells compare by size.
  const sign = (c: number): number => (towards === 'either' ? Math.sign(mean(tested[c]!)) : towards);
  const alike = others.filter((c) => {
    const ahead = draws.map((value, i) => sign(cell) * value - sign(c) * tested[c]![i]!);
    return mean(ahead) <= critical * standardError(ahead);
  });
  return { ...common, interval: [estimate - half, estimate + half], alike };
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function shareOfResamples(
  searched: readonly (readonly number[])[],
  named: number,
  size: (value: number) => number,
  seed: number,
): number {
  const [C, n] = [searched.length, searched[0]!.length];
  const random = new RandomState(seed);
  const resamples = Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_WORK / (C * n))));
  const draws = Float64Array.from(searched.flat());
  const times = new Float64Array(n);
  const sizes = new Float64Array(C);
  let same = 0;
  for (let b = 0; b < resamples; b++) {
    times.fill(0);
    for (let i = 0; i < n; i++) times[Math.floor(random.nextDouble() * n)]!++;
    for (let c = 0; c < C; c++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += times[i]! * draws[c * n + i]!;
      sizes[c] = size(sum);
    }
    if (argmax(sizes) === named) same++;
  }
  return same / resamples;
}
