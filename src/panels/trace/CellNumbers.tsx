/** The numbers of one cell, the same in the tooltip and in the inspector. */
import type { Metric, TraceKind } from '../../results/document';
import { intervalText, metricValue, percent } from '../../results/format';
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
      <dt>effect</dt>
      <dd>{showChange(metric, cell.effect)}</dd>
      <dt>95 % interval</dt>
      <dd>
        {cell.interval ? intervalText(metric, cell.interval) : 'none (one draw)'}
        {cell.uncertain && ', includes 0'}
      </dd>
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
