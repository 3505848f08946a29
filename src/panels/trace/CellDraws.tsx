/** The draws of a cell above those of the corrupted level, on one axis. */
import type { Metric } from '../../results/document';
import { metricValue, rangeText } from '../../results/format';
import { DrawStrip } from '../../ui/DrawStrip';
import type { Spread, TraceCell, TraceView } from './select';
import { maxOf, minOf } from '../../util/lists';

export interface CellDrawsProps {
  readonly view: TraceView;
  readonly metric: Metric;
  /** Without one the corrupted level alone. */
  readonly cell: TraceCell | null;
}

export function CellDraws({ view, metric, cell }: CellDrawsProps) {
  if (!view.spread) return null;
  const rows: { name: string; spread: Spread; mean: number }[] = [
    { name: 'corrupted', spread: view.spread, mean: view.corrupted },
  ];
  if (cell?.range) {
    rows.push({ name: 'restored', spread: { draws: cell.draws, range: cell.range }, mean: cell.restored });
  }
  const ends = [view.clean, view.corrupted, view.top, ...rows.flatMap(({ spread }) => spread.range)];
  const domain = metric === 'p' ? ([0, 1] as const) : ([minOf(ends), maxOf(ends)] as const);
  return (
    <div className="draws">
      {rows.map(({ name, spread, mean }) => (
        <div key={name} className="draws-row small">
          <span className="muted">{name}</span>
          <DrawStrip
            label={`${name}: mean ${metricValue(metric, mean)}, draws ${rangeText(metric, spread.range)}`}
            {...spread}
            mean={mean}
            domain={domain}
          />
        </div>
      ))}
    </div>
  );
}
