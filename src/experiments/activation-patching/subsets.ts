/**
 * What the largest estimates miss (the diagnostic of AtP*, Kramár et al. 2024, by its Algorithm 1):
 * random subsets of the states that were not measured are patched together. A state's effect among
 * others is the mean over the subsets with it less that over those without it, and has a bound.
 * Three choices are ours. Each state is in the same number of subsets; with independent draws some
 * would be in none. That number is a tenth, as fewer patched states are nearer to a run with one. The
 * bound of all states is the largest of theirs (`boundedDifference.ts`).
 */
import type { Figure } from '../../results/document';
import { boundedDifference } from '../../statistics/boundedDifference';
import { MOST } from '../../util/bounds';
import { maxOf, minOf } from '../../util/lists';
import { RandomState } from '../../util/random';
import { range } from '../../util/range';
import { shuffled } from '../../util/shuffled';
import { expectThat } from '../common/parse';
import { GRIDS } from '../common/grids';
import { shareOfLoss } from '../common/loss';
import { metricUnit } from '../common/metric';
import type { Levels, SweptNumbers } from '../contract/map';
import { cellsOf, type Sweep } from '../contract/sweep';
import type { PatchingSpec } from './spec';

/** Share of the subsets that a state is in. */
const SHARE = 0.1;
/** Fewest subsets: a state is in two of them. */
const FEWEST = 20;

const OF_SUBSETS = ' subsets';
const subsetsOf = (grid: string): string => `${grid}${OF_SUBSETS}`;
export const areSubsets = (name: string): boolean => name.endsWith(OF_SUBSETS);

type Asked = Pick<PatchingSpec, 'subsets' | 'subsetSeed'>;

/** `states`: of all grids. Throws one sentence. */
export function checkSubsets(where: string, { subsets }: Asked, states: number): void {
  const isEnough = subsets === 0 || subsets >= FEWEST;
  expectThat(isEnough, where, subsets, `none, or at least ${FEWEST}, so that each state is in two`);
  const edits = Math.ceil(SHARE * states) * subsets;
  expectThat(
    edits <= MOST.patches,
    where,
    `${subsets} of ${states} states`,
    `at most ${MOST.patches} patched states in all: fewer grids, fewer subsets, or a shorter prompt`,
  );
}

/** By subset, which of `n` states are in it. */
export function membersOf(n: number, { subsets, subsetSeed }: Asked): number[][] {
  const random = new RandomState(subsetSeed);
  const all = range(0, subsets);
  const members: number[][] = all.map(() => []);
  const each = Math.round(SHARE * subsets);
  for (let state = 0; state < n; state++)
    for (const subset of shuffled(all, random).slice(0, each)) members[subset]!.push(state);
  return members;
}

/** The runs of a grid's subsets: `measured` patches one cell, `isLeft` says which were not measured. */
export function subsetSweep(
  asked: Asked,
  measured: Sweep,
  T: number,
  isLeft: (cell: readonly number[]) => boolean,
): Sweep {
  let runs: Map<number, (readonly number[])[]> | null = null;
  const plan = () => {
    const cells = cellsOf(measured, T).filter(isLeft);
    return new Map(membersOf(cells.length, asked).map((own, s) => [s, own.map((i) => cells[i]!)]));
  };
  return {
    name: subsetsOf(measured.name),
    axes: [{ name: 'subset', labels: range(1, asked.subsets + 1).map(String) }],
    run([subset]) {
      runs ??= plan();
      const patched = runs.get(subset!)!.map((cell) => measured.run(cell, 0)!);
      const { base } = measured.run(cellsOf(measured, T)[0]!, 0)!;
      return { base, edits: patched.flatMap(({ edits }) => edits!) };
    },
  };
}

const COLUMNS = [
  'missed, at most (95 %)',
  'largest among others',
  'smallest measured',
  'largest measured',
  'states not measured',
] as const;

/** One row per grid; null until its subsets are measured. */
export function missedTable(spec: PatchingSpec, { clean, corrupted, sweeps }: SweptNumbers): Figure | null {
  const base = spec.direction === 'denoise' ? corrupted[0]! : clean;
  const levels: Levels = { clean, corrupted: corrupted[0]! };
  const inUnit = (change: number): number | null => {
    const value = spec.scale === 'raw' ? change : shareOfLoss(change, levels);
    return value === null ? null : Math.abs(value);
  };
  const rows = spec.grids.flatMap((name) => {
    const [cells, subsets] = [sweeps[name]?.metric, sweeps[subsetsOf(name)]?.metric];
    if (!cells || !subsets) return [];
    const measured = cells.flatMap(([value]) => (value === null ? [] : [Math.abs(value! - base)]));
    const left = cells.length - measured.length;
    const bounds = effectsAmongOthers(
      left,
      subsets.map(([value]) => value!),
      spec,
    );
    const numbers = [
      ...(left === 0
        ? [0, 0]
        : [
            maxOf(bounds.map(({ atMost }) => atMost)),
            maxOf(bounds.map(({ difference }) => Math.abs(difference))),
          ]),
      ...[minOf(measured), maxOf(measured)],
    ];
    return [{ name, values: [...numbers.map(inUnit), left] }];
  });
  if (rows.length === 0) return null;
  return {
    name: 'missed',
    title: 'What the states that were not measured may do',
    axes: [
      { name: 'states', labels: rows.map(({ name }) => GRIDS[name].title) },
      { name: 'number', labels: [...COLUMNS] },
    ],
    unit:
      spec.scale === 'raw' ? metricUnit(spec.metric) : 'normalised (1: as far as from corrupted to clean)',
    values: rows.flatMap(({ values }) => values),
    drawn: 'table',
    scale: 'positive',
    caption:
      `Sizes of changes. ${spec.subsets} random subsets of a tenth of the states that were not measured were patched together. ` +
      'Among others: the mean change with a state in the subset, less that without it; at most: the largest upper bound of ' +
      'these. A state that acts only alone, or only with another, is not bounded by it.',
  };
}

/** Of each of `n` states, from the metric of each subset. */
function effectsAmongOthers(n: number, metrics: readonly number[], asked: Asked) {
  const isIn = range(0, n).map(() => new Set<number>());
  for (const [subset, states] of membersOf(n, asked).entries())
    for (const state of states) isIn[state]!.add(subset);
  return isIn.map((own) => {
    const [included, excluded] = [true, false].map((has) => metrics.filter((_, s) => own.has(s) === has));
    return boundedDifference(included!, excluded!);
  });
}
