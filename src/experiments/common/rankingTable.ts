/**
 * Whether an estimate ranks better than what needs no estimate: the length of the difference alone,
 * of the gradient alone, and any order at all.
 */
import type { Figure } from '../../results/document';
import { agreement } from '../../statistics/agreement';
import { topOf } from './agreementFigures';

/** Things of one kind, each by its index. Those whose difference is 0 need no estimate and are left out. */
export interface Ranked {
  readonly name: string;
  /** Measured changes. */
  readonly measured: readonly number[];
  readonly estimated: readonly number[];
  readonly difference: readonly number[];
  readonly gradient: readonly number[];
}

const NAMES = {
  estimated: 'estimate',
  difference: 'difference alone',
  gradient: 'gradient alone',
} as const;

export const rankingTable = (rowsAre: string, kinds: readonly Ranked[], caption: string): Figure => {
  const rows = kinds.map(changedOf).flatMap((kind) => {
    if (kind.measured.length === 0) return [];
    const k = topOf(kind.measured.length);
    const sizes = kind.measured.map(Math.abs);
    const ranked = (['estimated', 'difference', 'gradient'] as const).map((by) => {
      const { spearman, top, topSize } = agreement(kind[by].map(Math.abs), sizes, k);
      return { name: `${kind.name}: ${NAMES[by]}`, values: [spearman, top, topSize] };
    });
    const found = k / kind.measured.length;
    const size = ranked[0]!.values.at(-1)!;
    return [...ranked, { name: `${kind.name}: random order`, values: [0, found, size] }];
  });
  return {
    name: 'rankings',
    title: 'Is the estimate’s order better than a trivial one?',
    axes: [
      { name: rowsAre, labels: rows.map(({ name }) => name) },
      { name: 'number', labels: ['Spearman of sizes', 'share of the true top found', 'size of the top'] },
    ],
    unit: '',
    values: rows.flatMap(({ values }) => values),
    drawn: 'table',
    scale: 'signed',
    caption,
  };
};

function changedOf({ name, measured, estimated, difference, gradient }: Ranked): Ranked {
  const changed = [...difference.keys()].filter((i) => difference[i] !== 0);
  const of = (list: readonly number[]) => changed.map((i) => list[i]!);
  return {
    name,
    measured: of(measured),
    estimated: of(estimated),
    difference: of(difference),
    gradient: of(gradient),
  };
}
