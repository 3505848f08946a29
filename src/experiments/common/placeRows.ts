/** The rows of a picture over chosen positions: `positionRows`, or one row for the choice. */
import { type PositionRows, positionRows } from './positions';
import { type NamedRows, rowsOf } from './rows';
import type { StudySpec } from './spec';

export function placeRows(spec: StudySpec, rows: NamedRows, decode: (id: number) => string): PositionRows {
  if (rows === 'all') return positionRows(spec, decode);
  const label = typeof rows === 'string' ? rows : `position ${rows.join(', ')}`;
  return {
    axis: { name: 'position', labels: [label] },
    positions: (i) => [rowsOf(rows, spec.cases[i]!, 'positions')],
  };
}

/** Throws one sentence if a case lacks these positions; `where` is the field's path. */
export function checkRows(rows: NamedRows, { cases }: StudySpec, where: string): void {
  for (const one of cases) rowsOf(rows, one, where);
}
