/** The numbers of one cell, the same in the tooltip and in the inspector. */
import type { Metric, TraceKind } from '../../results/document';
import { intervalText, metricValue, percent, rangeText } from '../../results/format';
import { showChange } from '../metric';
import type { TraceCell, TraceView } from './select';

export interface CellNumbersProps {
  readonly cell: TraceCell;
  readonly kind: TraceKind;
  readonly view: TraceView;
  readonly metric: Metric;
}

export function CellNumbers({ cell, kind, view, metric }: CellNumbersProps) {
  return (
    <dl className="pairs">
      <dt>corrupted</dt>
      <dd>{metricValue(metric, view.corrupted)}</dd>
      <dt>restored</dt>
      <dd>{metricValue(metric, cell.restored)}</dd>
      {cell.range && view.spread && (
        <>
          <dt>its draws</dt>
          <dd>{rangeText(metric, cell.range)}</dd>
        </>
      )}
      <dt>effect</dt>
      <dd>
        {showChange(metric, cell.effect)}
        {cell.uncertain && ', may be chance'}
      </dd>
      {cell.interval && (
        <>
          <dt>{view.intervalLabel}</dt>
          <dd>{intervalText(metric, cell.interval)}</dd>
        </>
      )}
      {cell.p !== null && (
        <>
          <dt>p(answer)</dt>
          <dd>{percent(cell.p)}</dd>
        </>
      )}
      <dt>{kind === 'hidden' ? 'restored after' : 'restored in'}</dt>
      <dd>{blocks(cell.layers)}</dd>
    </dl>
  );
}

function blocks([begin, end]: readonly [number, number]): string {
  return end - begin === 1 ? `block ${begin}` : `blocks ${begin} to ${end - 1}`;
}
