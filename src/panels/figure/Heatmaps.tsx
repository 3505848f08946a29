/** A figure as heatmaps: one, or small multiples on the same scale. */
import { useMemo } from 'react';
import { plain } from '../../results/format';
import type { Theme } from '../../ui/colour';
import { Heatmap } from '../../ui/Heatmap';
import type { HeatmapCell } from '../../ui/heatmapProps';
import { cellView, type FigureView, rowLabels, scaleOf, strengthOf } from './select';

export interface HeatmapsProps {
  readonly view: FigureView;
  readonly theme: Theme;
  readonly active: number | null;
  readonly locked: boolean;
  readonly onHover: (cell: number | null, anchor: DOMRect | null) => void;
  readonly onLock: (cell: number | null) => void;
}

/** More cells than this are painted instead of built from elements. */
const MOST_ELEMENTS = 1500;
/** Small multiples beyond this have no row names; the tooltip tells. */
const MOST_LABELLED = 12;

export function Heatmaps({ view, theme, active, locked, onHover, onLock }: HeatmapsProps) {
  const { figure, rows, columns, down, across, facets } = view;
  const isDense = figure.values.length > MOST_ELEMENTS;
  const isNamed = facets.length <= MOST_LABELLED;
  const labels = useMemo(
    () => rowLabels(view).map((label) => (isNamed ? label : { text: '' })),
    [view, isNamed],
  );
  const pictures = useMemo(
    () =>
      facets.map(({ begin }) => {
        const cellAt = (row: number, column: number) => heatmapCell(view, begin + row * columns + column);
        if (isDense) return cellAt;
        return Array.from({ length: rows }, (_, row) =>
          Array.from({ length: columns }, (_c, column) => cellAt(row, column)),
        );
      }),
    [view, facets, rows, columns, isDense],
  );
  const isTall = across.labels.some((name) => name.length > 3) && columns > 1;
  return (
    <div className={facets.length > 1 ? 'figure-facets' : undefined} data-many={!isNamed || undefined}>
      {facets.map(({ title, begin }, facet) => {
        const at = active === null ? -1 : active - begin;
        const isHere = at >= 0 && at < rows * columns;
        const cellOf = (row: number, column: number) => begin + row * columns + column;
        return (
          <Heatmap
            key={begin}
            testId={facets.length > 1 ? `figure-${figure.name}-${facet}` : `figure-${figure.name}`}
            label={`${figure.title}${title && `, ${title}`} (${figure.unit}): ${down ? `${down.name} by ` : ''}${across.name}`}
            title={title === '' ? undefined : title}
            rows={labels}
            columns={isNamed || isDense ? across.labels : across.labels.map(() => '')}
            cells={pictures[facet]!}
            scale={scaleOf(figure).hue}
            theme={theme}
            active={isHere ? { row: Math.floor(at / columns), column: at % columns } : null}
            locked={locked}
            columnName="column"
            tallFoot={isTall && isNamed}
            columnTitle={isNamed ? across.name : undefined}
            rowTitle={isNamed ? down?.name : undefined}
            onHover={(place, anchor) => onHover(place && cellOf(place.row, place.column), anchor)}
            onLock={(place) => onLock(place && cellOf(place.row, place.column))}
          />
        );
      })}
    </div>
  );
}

function heatmapCell(view: FigureView, cell: number): HeatmapCell {
  const { figure } = view;
  const { value, uncertain, text } = cellView(view, cell);
  return {
    strength: value === null ? 0 : strengthOf(view, value),
    uncertain,
    ...(value === null && !text ? { masked: true } : {}),
    ...(figure.texts ? { text: text || (value === null ? '' : plain(value)) } : {}),
    // Read only for the cell that is spoken: there may be many thousands.
    get label() {
      return cellView(view, cell).label;
    },
  };
}
