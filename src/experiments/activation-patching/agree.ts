/** Estimated patches beside measured ones: a scatter, and how well they agree. */
import type { Figure } from '../../results/document';
import { placeText } from '../../results/place';
import { agreementScatter, agreementTable, type Pair } from '../common/agreementFigures';
import type { Sampled } from '../common/largest';

/** Cells that count as the largest. */
const TOP = 20;

export const estimateOf = (name: string): string => `${name} estimate`;

/**
 * One scatter per grid that was estimated and measured, and a table. `base`: the unpatched value.
 * `isUnsigned`: estimates are sizes of changes, and are compared with the sizes measured.
 */
export function agreementFigures(maps: readonly Sampled[], base: number, isUnsigned: boolean): Figure[] {
  const sizesOf = (figure: Figure, guess: Figure): Figure => ({
    ...figure,
    unit: guess.unit,
    values: figure.values.map((value) => (value === null ? null : Math.abs(value - base))),
  });
  const grids = maps.flatMap(({ figure: measured }) => {
    const guess = maps.find((one) => one.figure.name === estimateOf(measured.name))?.figure;
    if (!guess) return [];
    const figure = isUnsigned ? sizesOf(measured, guess) : measured;
    return [{ figure, pairs: pairsOf(figure, guess) }];
  });
  if (grids.length === 0) return [];
  const scatters = grids.map(({ figure: { name, title, unit }, pairs }) =>
    agreementScatter({
      name: `${name} agreement`,
      title: `${title}: estimated and measured`,
      unit,
      pairs,
      caption: 'Each point: one state. On the diagonal the estimate is what was measured.',
    }),
  );
  const table = agreementTable({
    rowsAre: 'states',
    rows: grids.map(({ figure, pairs }) => ({ name: figure.title, pairs, base: isUnsigned ? 0 : base })),
    isUnsigned,
    top: TOP,
    caption: `${isUnsigned ? 'Sizes of changes' : 'Changes'} from the unpatched run. R² is 1 if every estimate is exact; it can be negative.`,
  });
  return [...scatters, table];
}

/** Cells with both numbers. */
const pairsOf = (measured: Figure, estimated: Figure): Pair[] =>
  measured.values.flatMap((value, cell) => {
    const guess = estimated.values[cell];
    return value === null || guess === null || guess === undefined
      ? []
      : [{ label: placeText(measured, cell), estimated: guess, measured: value }];
  });
