/** Heatmaps of a causal trace, side by side on one scale, with tooltip, or the same numbers as tables. */
import { useMemo, useState } from 'react';
import type { Theme } from '../../ui/colour';
import { Tooltip } from '../../ui/Tooltip';
import type { Metric, TraceKind } from '../../results/document';
import { Bar } from '../../view/marks/Bar';
import { heatmap } from '../../view/marks/heatmap';
import { Multiples } from '../../view/marks/Multiples';
import type { Selection } from '../selection';
import { CellNumbers } from './CellNumbers';
import { traceBar, traceMarks, type TraceView } from './select';
import { TraceTable } from './Table';
import './trace.css';

export interface TracePanelProps {
  readonly view: TraceView;
  readonly metric: Metric;
  readonly theme: Theme;
  readonly selection: Selection | null;
  readonly locked: boolean;
  readonly asTable: boolean;
  readonly onHover: (selection: Selection | null) => void;
  readonly onLock: (selection: Selection | null) => void;
}

export function TracePanel(props: TracePanelProps) {
  const { view, metric, theme, selection } = props;
  const [hovered, setHovered] = useState<{ at: Selection; anchor: DOMRect } | null>(null);
  const marks = useMemo(() => traceMarks(view), [view]);
  const bar = useMemo(() => traceBar(view, metric), [view, metric]);
  if (props.asTable) {
    return (
      <div className="trace-tables">
        {view.maps.map((map) => (
          <TraceTable key={map.kind} map={map} rows={view.rows} metric={metric} caption={view.metricTitle} />
        ))}
      </div>
    );
  }
  const placeOf = (cell: number | null, kind: TraceKind): Selection | null =>
    cell === null ? null : { row: Math.floor(cell / view.layers), layer: cell % view.layers, kind };
  const map = view.maps.find(({ kind }) => kind === hovered?.at.kind);
  const cell = hovered && map?.cells[hovered.at.row]?.[hovered.at.layer];
  return (
    <div className="trace">
      <Multiples
        mark={heatmap}
        all={marks}
        theme={theme}
        testId={(i) => `heatmap-${marks[i]!.kind}`}
        label={({ title }) => `${view.metricTitle} after restoring the ${title}, tokens by layers`}
        active={selection && selection.layer >= 0 ? selection.row * view.layers + selection.layer : null}
        locked={props.locked}
        onHover={(at, anchor, i) => {
          const place = placeOf(at, marks[i]!.kind);
          setHovered(place && anchor ? { at: place, anchor } : null);
          props.onHover(place);
        }}
        onLock={(at, i) => props.onLock(placeOf(at, marks[i]!.kind))}
      />
      {view.maps.length > 0 && <Bar bar={bar} theme={theme} />}
      {hovered && cell && (
        <Tooltip anchor={hovered.anchor}>
          <strong>
            {view.rows[hovered.at.row]!.text}, layer {hovered.at.layer}
          </strong>
          <CellNumbers cell={cell} kind={hovered.at.kind} view={view} metric={metric} />
        </Tooltip>
      )}
    </div>
  );
}
