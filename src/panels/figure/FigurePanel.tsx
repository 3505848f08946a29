/** One figure: its title, its picture or its table, and what is seen in it. */
import { useMemo, useRef, useState } from 'react';
import { plain } from '../../results/format';
import { overText } from '../../results/intervals';
import type { Theme } from '../../ui/colour';
import { Tooltip } from '../../ui/Tooltip';
import { barsScene, MOST_BARS } from './bars';
import { CellNumbers } from './CellNumbers';
import { Chart } from './Chart';
import { Heatmaps } from './Heatmaps';
import { linesScene } from './lines';
import { screen } from './scene';
import { cellAt, cellView, type FigureSelection, type FigureView, largestCells, selectionOf } from './select';
import { FigureTable } from './Table';
import { useWidth } from './useWidth';

export interface FigurePanelProps {
  readonly view: FigureView;
  readonly theme: Theme;
  readonly selection: FigureSelection | null;
  readonly locked: boolean;
  readonly onHover: (selection: FigureSelection | null) => void;
  readonly onLock: (selection: FigureSelection | null) => void;
  readonly onSave: (view: FigureView) => void;
  /** The unit stands beside a whole group; so does the caption, if all have the same. */
  readonly shared?: { readonly unit: boolean; readonly caption: boolean };
}

/** A picture with more cells also names its largest ones. */
const SURVEYED = 200;
const NAMED = 8;
const NARROWEST_CHART = 300;

export function FigurePanel(props: FigurePanelProps) {
  const { view, theme, selection, locked, onSave, shared = { unit: false, caption: false } } = props;
  const { figure, facets } = view;
  const [asTable, setTable] = useState(figure.drawn === 'table');
  const [hovered, setHovered] = useState<{ cell: number; anchor: DOMRect } | null>(null);
  const active = cellAt(view, selection);
  const picture = {
    view,
    theme,
    active,
    locked,
    onHover: (cell: number | null, anchor: DOMRect | null) => {
      setHovered(cell !== null && anchor ? { cell, anchor } : null);
      props.onHover(cell === null ? null : selectionOf(view, cell));
    },
    onLock: (cell: number | null) => props.onLock(cell === null ? null : selectionOf(view, cell)),
  };
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const cell = hovered && cellView(view, hovered.cell);
  return (
    <figure className={isWide(view) ? 'figure wide' : 'figure'} data-testid="figure" data-name={figure.name}>
      <div className="section-head">
        <h3>
          {figure.title}{' '}
          {!shared.unit && <span className="small muted">{`${figure.measures ?? figure.unit}${over}`}</span>}
        </h3>
        <div className="figure-tools small">
          {figure.drawn !== 'table' && (
            <button
              type="button"
              className="link-button"
              aria-pressed={asTable}
              onClick={() => setTable(!asTable)}
            >
              {asTable ? 'Picture' : 'Table'}
            </button>
          )}
          <button type="button" className="link-button" onClick={() => onSave(view)}>
            SVG
          </button>
        </div>
      </div>
      {asTable ? (
        <FigureTable view={view} />
      ) : figure.drawn === 'heatmap' ? (
        <Heatmaps {...picture} />
      ) : (
        <div className={facets.length > 1 ? 'figure-facets charts' : undefined}>
          {facets.map(({ title }, facet) => (
            <FacetChart key={title} {...picture} facet={facet} title={title} />
          ))}
        </div>
      )}
      {figure.caption && !shared.caption && <figcaption className="small muted">{figure.caption}</figcaption>}
      {figure.drawn === 'bars' && figure.values.length > MOST_BARS && !asTable && (
        <p className="small muted">
          The {MOST_BARS} largest of {figure.values.length}; the table and the CSV have all of them.
        </p>
      )}
      {figure.drawn === 'heatmap' && figure.values.length > SURVEYED && !asTable && (
        <Largest view={view} onLock={picture.onLock} />
      )}
      {hovered && cell && (
        <Tooltip anchor={hovered.anchor}>
          <strong>{cell.place}</strong>
          <CellNumbers view={view} cell={cell} />
        </Tooltip>
      )}
    </figure>
  );
}

/** Needs the whole column. */
export function isWide({ figure, columns, facets }: FigureView): boolean {
  if (figure.drawn === 'bars') return facets.length > 1;
  if (figure.texts && columns > 6) return true;
  return facets.length > 1 || columns > 20 || figure.drawn === 'table';
}

interface FacetChartProps {
  readonly view: FigureView;
  readonly facet: number;
  readonly title: string;
  readonly theme: Theme;
  readonly active: number | null;
  readonly locked: boolean;
  readonly onHover: (cell: number | null, anchor: DOMRect | null) => void;
  readonly onLock: (cell: number | null) => void;
}

function FacetChart({ view, facet, title, theme, ...rest }: FacetChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const scene = useMemo(() => {
    if (width === 0) return null;
    const draw = view.figure.drawn === 'lines' ? linesScene : barsScene;
    return draw(view, facet, Math.max(NARROWEST_CHART, width), screen(theme));
  }, [view, facet, width, theme]);
  const { figure, facets } = view;
  return (
    <div ref={box} className="figure-chart">
      {title !== '' && <h4 className="small">{title}</h4>}
      {scene && (
        <Chart
          scene={scene}
          label={`${figure.title}${title && `, ${title}`} (${figure.unit})`}
          testId={facets.length > 1 ? `figure-${figure.name}-${facet}` : `figure-${figure.name}`}
          labelOf={(cell) => cellView(view, cell).label}
          {...rest}
        />
      )}
    </div>
  );
}

function Largest({ view, onLock }: { readonly view: FigureView; readonly onLock: (cell: number) => void }) {
  const largest = useMemo(() => largestCells(view, NAMED), [view]);
  return (
    <p className="small largest">
      <span className="muted">Largest: </span>
      {largest.map(({ cell, place, value }) => (
        <button key={cell} type="button" className="link-button" onClick={() => onLock(cell)}>
          {place} <strong>{plain(value!)}</strong>
        </button>
      ))}
    </p>
  );
}
