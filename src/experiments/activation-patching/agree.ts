/** Estimated patches beside measured ones: a scatter, how well they agree, and trivial rankings. */
import type { Figure } from '../../results/document';
import { placeText } from '../../results/place';
import { agreementScatter, agreementTable, type Pair } from '../common/agreementFigures';
import type { Sampled } from '../common/largest';
import { type Ranked, rankingTable } from '../common/rankingTable';
import { lengthsOf, TRIVIAL } from './trivial';

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
    caption: `${isUnsigned ? 'Sizes of changes' : 'Changes'} from the unpatched run. R² is 1 if every estimate is exact; it can be negative.`,
  });
  const ranked = rankedOf(maps, base, isUnsigned);
  const rankings = rankingTable('states', ranked, RANKINGS);
  return [...scatters, table, ...(ranked.length > 0 ? [rankings] : [])];
}

const RANKINGS =
  'Order by size alone, of the states that the twin changes. Difference: how far the patch moves the state. Gradient: ' +
  'how steep the metric is there. Random order: what is to be expected.';

/** Grids of which every cell has all four numbers. */
function rankedOf(maps: readonly Sampled[], base: number, isUnsigned: boolean): Ranked[] {
  const valuesOf = (name: string) => maps.find(({ figure }) => figure.name === name)?.figure.values;
  return maps.flatMap(({ figure: { name, title, values } }) => {
    const found = [estimateOf(name), ...TRIVIAL.map((trivial) => lengthsOf(name, trivial))].map(valuesOf);
    if (!found.every((own) => own !== undefined)) return [];
    const cells = [...values.keys()].filter((cell) =>
      [values, ...found].every((own) => typeof own[cell] === 'number'),
    );
    const [estimated, difference, gradient] = found.map((own) => cells.map((cell) => own[cell]!));
    return [
      {
        name: title,
        measured: cells.map((cell) => values[cell]! - base),
        estimated: isUnsigned ? estimated! : estimated!.map((value) => value - base),
        difference: difference!,
        gradient: gradient!,
      },
    ];
  });
}

/** Cells with both numbers. */
const pairsOf = (measured: Figure, estimated: Figure): Pair[] =>
  measured.values.flatMap((value, cell) => {
    const guess = estimated.values[cell];
    return value === null || guess === null || guess === undefined
      ? []
      : [{ label: placeText(measured, cell), estimated: guess, measured: value }];
  });
