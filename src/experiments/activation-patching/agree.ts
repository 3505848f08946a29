/** Estimated patches beside measured ones: a scatter, and how well they agree. */
import type { Figure } from '../../results/document';
import { agreement } from '../../statistics/agreement';
import type { Sampled } from '../common/largest';

/** Cells that count as the largest. */
const TOP = 20;

export const estimateOf = (name: string): string => `${name} estimate`;

/**
 * One pair of figures per grid that was estimated and measured. `base`: the unpatched value.
 * `isUnsigned`: estimates are sizes of changes, and are compared with the sizes measured.
 */
export function agreementFigures(maps: readonly Sampled[], base: number, isUnsigned: boolean): Figure[] {
  const pairs = maps.flatMap(({ figure }) => {
    const guess = maps.find((one) => one.figure.name === estimateOf(figure.name));
    if (!guess) return [];
    const values = figure.values.map((value) => (value === null ? null : Math.abs(value - base)));
    const sizes = { ...figure, values, unit: guess.figure.unit };
    return [{ measured: isUnsigned ? sizes : figure, estimated: guess.figure }];
  });
  if (pairs.length === 0) return [];
  return [...pairs.map(scatterOf), tableOf(pairs, isUnsigned ? 0 : base, isUnsigned)];
}

interface Pair {
  readonly measured: Figure;
  readonly estimated: Figure;
}

/** Cells with both numbers. */
function both({
  measured,
  estimated,
}: Pair): { readonly cell: number; readonly at: readonly [number, number] }[] {
  return measured.values.flatMap((value, cell) => {
    const guess = estimated.values[cell];
    return value === null || guess === null || guess === undefined
      ? []
      : [{ cell, at: [guess, value] as const }];
  });
}

function scatterOf(pair: Pair): Figure {
  const { measured } = pair;
  const points = both(pair);
  return {
    name: `${measured.name} agreement`,
    title: `${measured.title}: estimated and measured`,
    axes: [
      { name: 'cell', labels: points.map(({ cell }) => labelOf(measured, cell)) },
      { name: 'value', labels: ['estimated by gradient', 'measured'] },
    ],
    unit: measured.unit,
    values: points.flatMap(({ at }) => [...at]),
    drawn: 'scatter',
    scale: 'signed',
    caption: 'Each point: one state. On the diagonal the estimate is what was measured.',
  };
}

function labelOf({ axes }: Figure, cell: number): string {
  let rest = cell;
  const parts: string[] = [];
  for (const { name, labels } of axes.toReversed()) {
    parts.unshift(`${name} ${labels[rest % labels.length]!}`);
    rest = Math.floor(rest / labels.length);
  }
  return parts.join(', ');
}

function tableOf(pairs: readonly Pair[], base: number, isUnsigned: boolean): Figure {
  const rows = pairs.map((pair) => {
    const points = both(pair);
    const [guesses, values] = [0, 1].map((i) => points.map(({ at }) => at[i]! - base));
    const k = Math.min(TOP, points.length);
    const { spearman, rSquared, top, signErrors } = agreement(guesses!, values!, k);
    return [spearman, rSquared, top, ...(isUnsigned ? [] : [signErrors]), k];
  });
  return {
    name: 'agreement',
    title: 'How well the estimates agree',
    axes: [
      { name: 'states', labels: pairs.map(({ measured }) => measured.title) },
      {
        name: 'number',
        labels: [
          'Spearman',
          'R²',
          'share of the true top found',
          ...(isUnsigned ? [] : ['wrong signs in the top']),
          'size of the top',
        ],
      },
    ],
    unit: '',
    values: rows.flat(),
    drawn: 'table',
    scale: 'signed',
    caption: `${isUnsigned ? 'Sizes of changes' : 'Changes'} from the unpatched run. R² is 1 if every estimate is exact; it can be negative.`,
  };
}
