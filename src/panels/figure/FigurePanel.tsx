/** One figure: title, picture or table, and caption. */
import { type ReactNode, useMemo, useState } from 'react';
import { valueText } from '../../results/format';
import { overText } from '../../results/intervals';
import type { Theme } from '../../ui/colour';
import { FullScreen } from '../../ui/FullScreen';
import { LinkButton } from '../../ui/LinkButton';
import { Tooltip } from '../../ui/Tooltip';
import { MarkPicture } from '../../view/marks/MarkPicture';
import { MOST_BARS } from '../../view/marks/traits';
import type { Drag } from '../../view/marks/useDrag';
import { CellNumbers, PointNumbers } from './CellNumbers';
import { dataOf, markOf, traitsOf } from './data';
import { type Flow, reachOf } from './reach';
import { FigureTable } from './Table';
import { cellAt, cellView, type FigureSelection, type FigureView, largestCells, selectionOf } from './select';

export interface FigurePanelProps {
  readonly view: FigureView;
  readonly theme: Theme;
  readonly asTable: boolean;
  /** Height to be filled by the picture. */
  readonly room?: number | undefined;
  readonly selection: FigureSelection | null;
  readonly locked: boolean;
  readonly onHover: (selection: FigureSelection | null) => void;
  readonly onLock: (selection: FigureSelection | null) => void;
  /** Opens or closes folded rows. */
  readonly onFold?: (() => void) | undefined;
  readonly onSave: (view: FigureView, format: 'svg' | 'png') => void;
  /** What else is known about a cell's place, in a few words. */
  readonly noteOf?: ((selection: FigureSelection) => string | null) | undefined;
  /** Cells of layers and positions can be dragged onto one another. */
  readonly drag?: FigureDrag | undefined;
  /** Shared by a whole group: unit, caption, row names. */
  readonly shared?: { readonly unit: boolean; readonly caption: boolean; readonly rows: boolean };
}

export interface FigureDrag {
  /** The dragged cell. */
  readonly from: FigureSelection | null;
  readonly flow: Flow;
  /** Shown beside the pointed cell meanwhile. */
  readonly note: ReactNode;
  readonly onBegin: (from: FigureSelection) => void;
  readonly onEnd: (isDropped: boolean) => void;
}

const ALONE = { unit: false, caption: false, rows: false };

/** Larger pictures also list their largest cells. */
const SURVEYED = 200;
const NAMED = 8;
/** Height of their line, with the gap. */
const LARGEST = 24;

export function FigurePanel(props: FigurePanelProps) {
  const { view, theme, selection, locked, onSave, shared = ALONE } = props;
  const { figure, facets } = view;
  const mark = markOf(figure);
  const { isColoured, isJoint } = traitsOf(view);
  const isOne = facets.length === 1 || isJoint;
  const asTable = props.asTable || mark === 'table';
  const [hovered, setHovered] = useState<{ cell: number; anchor: DOMRect } | null>(null);
  const active = cellAt(view, selection);
  const all = useMemo(() => facets.map((_, facet) => dataOf(view, facet)), [view, facets]);
  const picture = {
    active,
    locked,
    onHover: (cell: number | null, anchor: DOMRect | null) => {
      setHovered(cell !== null && anchor ? { cell, anchor } : null);
      props.onHover(cell === null ? null : selectionOf(view, cell));
    },
    onLock: (cell: number | null) => props.onLock(cell === null ? null : selectionOf(view, cell)),
    drag: dragOf(props, mark === 'heatmap'),
  };
  const isSurveyed = isColoured && figure.values.length > SURVEYED && !asTable;
  const over = figure.varies ? `, ${overText(figure)}` : '';
  const cell = hovered && cellView(view, hovered.cell);
  const note = hovered && props.noteOf?.(selectionOf(view, hovered.cell));
  return (
    <figure className={isWide(view) ? 'figure wide' : 'figure'} data-testid="figure" data-name={figure.name}>
      <div className="section-head">
        <h3>
          {figure.title}{' '}
          {!shared.unit && <span className="small muted">{`${figure.measures ?? figure.unit}${over}`}</span>}
        </h3>
        <div className="figure-tools small">
          <LinkButton onClick={() => onSave(view, 'svg')}>SVG</LinkButton>
          <LinkButton className="as-png" onClick={() => onSave(view, 'png')}>
            PNG
          </LinkButton>
          <FullScreen of=".figure" />
        </div>
      </div>
      {asTable ? (
        <FigureTable view={view} />
      ) : (
        <MarkPicture
          name={mark}
          all={all}
          theme={theme}
          hasRowNames={!shared.rows}
          room={props.room && props.room - (isSurveyed ? LARGEST : 0)}
          testId={(facet) => `figure-${figure.name}${isOne ? '' : `-${facet}`}`}
          label={({ title, rowTitle, columnTitle }) =>
            `${figure.title}${isOne ? '' : `, ${title}`} (${figure.unit}): ${rowTitle ? `${rowTitle} by ` : ''}${columnTitle}`
          }
          onFold={props.onFold}
          {...picture}
        />
      )}
      <figcaption>
        {figure.caption && !shared.caption && <p className="small muted">{figure.caption}</p>}
        {mark === 'bars' && figure.values.length > MOST_BARS && !asTable && (
          <p className="small muted">
            The {MOST_BARS} largest of {figure.values.length}; the table and the CSV have all of them.
          </p>
        )}
        {isSurveyed && <Largest view={view} onLock={picture.onLock} />}
      </figcaption>
      {hovered && cell && (
        <Tooltip anchor={hovered.anchor}>
          {props.drag?.from ? (
            props.drag.note
          ) : (
            <>
              <strong>{isJoint ? cell.place.replace(/, [^,]*$/, '') : cell.place}</strong>
              {note && <p className="muted">{note}</p>}
              {isJoint ? <PointNumbers view={view} cell={cell} /> : <CellNumbers view={view} cell={cell} />}
            </>
          )}
        </Tooltip>
      )}
    </figure>
  );
}

function dragOf({ view, drag, selection }: FigurePanelProps, isMap: boolean): Drag | undefined {
  const isPlaced = ['layer', 'position'].every((name) => view.figure.axes.some((axis) => axis.name === name));
  if (!drag || !isMap || !isPlaced) return undefined;
  const { from, flow, onBegin, onEnd } = drag;
  return {
    from: from?.figure === view.figure.name ? cellAt(view, from) : null,
    reach: from && selection ? reachOf(view, selection, flow) : null,
    onBegin: (cell) => onBegin(selectionOf(view, cell)),
    onEnd,
  };
}

/** Fills the whole column. */
const isWide = ({ figure, facets }: FigureView): boolean => facets.length > 1 || markOf(figure) === 'table';

function Largest({ view, onLock }: { readonly view: FigureView; readonly onLock: (cell: number) => void }) {
  const largest = useMemo(() => largestCells(view, NAMED), [view]);
  return (
    <p className="small largest">
      <span className="muted">Largest: </span>
      {largest.map(({ cell, place, value }) => (
        <LinkButton key={cell} onClick={() => onLock(cell)}>
          {place} <strong>{valueText(view.figure, value!)}</strong>
        </LinkButton>
      ))}
    </p>
  );
}
