/** Heatmaps of a causal trace, side by side on one scale, with tooltip, or the same numbers as tables. */
import { useMemo, useState } from 'react';
import { ColourBar } from '../../ui/ColourBar';
import type { Theme } from '../../ui/colour';
import { Heatmap, labelWidth } from '../../ui/Heatmap';
import type { GridPosition } from '../../ui/gridKeys';
import { Tooltip } from '../../ui/Tooltip';
import type { Metric } from '../../results/document';
import { metricValue } from '../../results/format';
import type { Selection } from '../selection';
import { CellNumbers } from './CellNumbers';
import { KIND_HUES } from './hues';
import { KIND_NAMES, type TraceMap, type TraceView } from './select';
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
  const { view, metric, theme, selection, asTable } = props;
  const [hovered, setHovered] = useState<{ map: TraceMap; at: GridPosition; anchor: DOMRect } | null>(null);
  const columns = useMemo(() => Array.from({ length: view.layers }, (_, layer) => String(layer)), [view]);
  const rows = useMemo(
    () => view.rows.map(({ text, isSubject, isGroup }) => ({ text, marked: isSubject, apart: isGroup })),
    [view],
  );
  if (asTable) {
    return (
      <div className="trace-tables">
        {view.maps.map((map) => (
          <TraceTable key={map.kind} map={map} rows={view.rows} metric={metric} caption={view.metricTitle} />
        ))}
      </div>
    );
  }
  const active = selection && { row: selection.row, column: selection.layer };
  const cell = hovered?.map.cells[hovered.at.row]?.[hovered.at.column];
  return (
    <div className="trace">
      <div className="trace-maps" style={{ '--labels': labelWidth(rows) } as React.CSSProperties}>
        {view.maps.map((map) => (
          <section key={map.kind} className="trace-map" aria-label={map.title}>
            <Heatmap
              testId={`heatmap-${map.kind}`}
              title={map.title}
              label={`${view.metricTitle} after restoring the ${map.title}, tokens by layers`}
              rows={rows}
              columns={columns}
              cells={map.cells}
              scale={KIND_HUES[map.kind]}
              theme={theme}
              active={active}
              locked={props.locked}
              columnName="layer"
              columnTitle={map.columnTitle}
              onHover={(at, anchor) => {
                setHovered(at && anchor ? { map, at, anchor } : null);
                props.onHover(at && { row: at.row, layer: at.column, kind: map.kind });
              }}
              onLock={(at) => props.onLock(at && { row: at.row, layer: at.column, kind: map.kind })}
            />
          </section>
        ))}
        {view.missing.map((kind) => (
          <section key={kind} className="trace-map" aria-label={KIND_NAMES[kind]}>
            <h3 className="heatmap-name muted">{KIND_NAMES[kind]}</h3>
            <p className="muted small trace-missing">not computed yet</p>
          </section>
        ))}
      </div>
      {view.maps.length > 0 && (
        <ColourBar
          scales={view.maps.map((map) => KIND_HUES[map.kind])}
          theme={theme}
          caption={view.metricTitle}
          domain={[view.corrupted, view.top]}
          dots={view.spread?.draws ?? view.spread?.range ?? []}
          marks={[
            { value: view.corrupted, text: `${metricValue(metric, view.corrupted)} corrupted` },
            { value: view.clean, text: `${metricValue(metric, view.clean)} clean` },
          ]}
        />
      )}
      {hovered && cell && (
        <Tooltip anchor={hovered.anchor}>
          <strong>
            {view.rows[hovered.at.row]!.text}, layer {hovered.at.column}
          </strong>
          <CellNumbers cell={cell} kind={hovered.map.kind} view={view} metric={metric} />
        </Tooltip>
      )}
    </div>
  );
}
