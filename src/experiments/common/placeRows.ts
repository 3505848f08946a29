/** The rows of a picture over chosen positions: all of them as `positionRows` has them, or one row for the place. */
import { type Place, rowsAt } from './places';
import { type PositionRows, positionRows } from './positions';
import type { StudySpec } from './spec';

const LABELS: Readonly<Record<Exclude<Place, 'all'>, string>> = {
  last: 'last token',
  subject: 'subject',
  'last-subject': 'last subject token',
};

export function placeRows(spec: StudySpec, place: Place, decode: (id: number) => string): PositionRows {
  if (place === 'all') return positionRows(spec, decode);
  return {
    axis: { name: 'position', labels: [LABELS[place]] },
    positions: (i) => [rowsAt(place, spec.cases[i]!)],
  };
}
