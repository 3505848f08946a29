/** A cell's draws below those of the floor, on one axis. */
import { floorOf } from '../../results/cell';
import type { Figure } from '../../results/document';
import { rangeText, valueText } from '../../results/format';
import { DrawStrip } from '../../ui/DrawStrip';
import { append, maxOf, minOf } from '../../util/lists';

export function CellDraws({ figure, cell }: { readonly figure: Figure; readonly cell: number }) {
  const floor = floorOf(figure);
  if (!floor?.range || (figure.varies?.n ?? 1) < 2) return null;
  const rows = [{ name: floor.name, draws: floor.draws ?? null, range: floor.range, mean: floor.value }];
  const range = figure.ranges?.[cell];
  const value = figure.values[cell];
  if (range && typeof value === 'number')
    rows.push({ name: 'restored', draws: figure.draws?.[cell] ?? null, range, mean: value });
  const ends = figure.values.filter((one) => one !== null);
  append(ends, [...(figure.levels ?? []).map((level) => level.value), ...rows.flatMap((row) => row.range)]);
  const domain = figure.percent ? ([0, 1] as const) : ([minOf(ends), maxOf(ends)] as const);
  return (
    <div className="draws">
      {rows.map((row) => (
        <div key={row.name} className="draws-row small">
          <span className="muted">{row.name}</span>
          <DrawStrip
            label={`${row.name}: mean ${valueText(figure, row.mean)}, draws ${rangeText(figure, row.range)}`}
            {...row}
            domain={domain}
          />
        </div>
      ))}
    </div>
  );
}
