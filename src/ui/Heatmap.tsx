/**
 * A heatmap as an accessible grid: rows top to bottom, columns left to right. Hover previews, click or Enter
 * locks, Escape releases, arrow keys move. Knows nothing of models: strengths in, positions out.
 */
import { memo, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { CanvasCells } from './CanvasCells';
import { colours, inkOn, type Scale, type Theme } from './colour';
import { moveInGrid, type GridPosition } from './gridKeys';
import type { CellAt, ColumnName, HeatmapCell, HeatmapProps, HeatmapRowLabel } from './heatmapProps';
import { RowLabel } from './RowLabel';
import { maxOf } from '../util/lists';

export function Heatmap(props: HeatmapProps) {
  const { rows, columns, cells, active, columnName, onHover, onLock } = props;
  const grid = useRef<HTMLDivElement>(null);
  const home = active ?? { row: 0, column: 0 };
  const cellAt: CellAt = typeof cells === 'function' ? cells : (row, column) => cells[row]![column]!;

  const hover = (event: PointerEvent) => {
    const cell = cellOf(event.target, columnName);
    if (cell) onHover(cell.at, cell.element.getBoundingClientRect());
  };

  const key = (event: KeyboardEvent) => {
    const here = cellOf(event.target, columnName);
    if (!here) return;
    if (event.key === 'Enter' || event.key === ' ') onLock(here.at);
    else if (event.key === 'Escape') {
      onLock(null);
      onHover(null, null);
    } else {
      const next = moveInGrid(event.key, here.at, rows.length, columns.length);
      if (!next) return;
      if (cellAt(next.row, next.column).masked) return;
      if (props.locked) onLock(next);
      if (typeof cells === 'function') onHover(next, here.element.getBoundingClientRect());
      else {
        const element = grid.current!.querySelector<HTMLElement>(
          `[data-row="${next.row}"][data-${columnName}="${next.column}"]`,
        )!;
        onHover(next, element.getBoundingClientRect());
        element.focus({ preventScroll: false });
      }
    }
    event.preventDefault();
  };

  return (
    <div
      className="heatmap"
      data-testid={props.testId}
      style={
        {
          '--columns': columns.length,
          '--labels': labelWidth(rows),
          '--foot': footHeight(columns),
        } as React.CSSProperties
      }
      onPointerLeave={() => onHover(null, null)}
    >
      {props.title && <h3 className="heatmap-name">{props.title}</h3>}
      <div
        ref={grid}
        role="grid"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        onPointerOver={hover}
        onClick={(event) => {
          const cell = cellOf(event.target, columnName);
          if (cell) onLock(cell.at);
        }}
        onFocus={(event) => {
          const cell = cellOf(event.target, columnName);
          if (cell && event.target.matches(':focus-visible'))
            onHover(cell.at, cell.element.getBoundingClientRect());
        }}
        onBlur={() => onHover(null, null)}
        onKeyDown={key}
      >
        {typeof cells === 'function' ? (
          <CanvasCells {...props} cells={cells} cursor={home} />
        ) : (
          cells.map((row, index) => (
            <Row
              key={index}
              index={index}
              label={rows[index]!}
              cells={row}
              columns={columns}
              columnName={columnName}
              scale={props.scale}
              theme={props.theme}
              activeColumn={active?.row === index ? active.column : null}
              locked={props.locked && active?.row === index}
              tabColumn={home.row === index ? home.column : null}
            />
          ))
        )}
        {typeof cells !== 'function' && (
          <div
            role="row"
            className={props.tallFoot ? 'heatmap-row heatmap-foot tall' : 'heatmap-row heatmap-foot'}
          >
            <span role="presentation" className="row-title">
              {props.rowTitle}
            </span>
            {columns.map((name, column) => (
              <span
                key={column}
                role="columnheader"
                className={active?.column === column ? 'lit' : undefined}
                title={props.tallFoot ? name : undefined}
              >
                {name}
              </span>
            ))}
          </div>
        )}
      </div>
      {props.columnTitle && <div className="heatmap-title small muted">{props.columnTitle}</div>}
    </div>
  );
}

interface RowProps {
  readonly index: number;
  readonly label: HeatmapRowLabel;
  readonly cells: readonly HeatmapCell[];
  readonly columns: readonly string[];
  readonly columnName: ColumnName;
  readonly scale: Scale;
  readonly theme: Theme;
  readonly activeColumn: number | null;
  readonly locked: boolean;
  readonly tabColumn: number | null;
}

const Row = memo(function Row(props: RowProps) {
  const { index, label, cells, columnName, theme, activeColumn } = props;
  const colour = colours(props.scale, theme);
  return (
    <div role="row" className={label.apart ? 'heatmap-row apart' : 'heatmap-row'}>
      <span
        role="rowheader"
        className={activeColumn === null ? 'row-label' : 'row-label lit'}
        title={label.text}
      >
        <RowLabel label={label} />
      </span>
      {cells.map((cell, column) => (
        <div
          key={column}
          role="gridcell"
          aria-label={cell.label}
          aria-selected={activeColumn === column}
          tabIndex={props.tabColumn === column ? 0 : -1}
          className={cellClass(cell, activeColumn === column, props.locked)}
          data-row={index}
          {...{ [`data-${columnName}`]: column }}
          {...(cell.masked ? { 'data-masked': true } : {})}
          style={
            cell.masked
              ? undefined
              : { background: colour(cell.strength), color: inkOn(colour(cell.strength)) }
          }
        >
          {cell.text}
        </div>
      ))}
    </div>
  );
});

/** Room for column names that are written upwards. */
function footHeight(columns: readonly string[]): string {
  const longest = maxOf(columns.map((name) => name.length));
  return `${Math.min(84, longest * 6 + 8)}px`;
}

/** Room for the longest label, within reason; longer ones end in an ellipsis. */
export function labelWidth(rows: readonly HeatmapRowLabel[]): string {
  const longest = maxOf(rows.map((row) => row.text.length + (row.marked ? 1 : 0)));
  return `${Math.min(148, Math.max(56, longest * 7 + 16))}px`;
}

function cellClass(cell: HeatmapCell, active: boolean, locked: boolean): string {
  const names = ['cell'];
  if (cell.masked) names.push('masked');
  if (cell.uncertain) names.push('uncertain');
  if (cell.text !== undefined) names.push('written');
  if (active) names.push(locked ? 'active locked' : 'active');
  return names.join(' ');
}

function cellOf(
  target: EventTarget,
  columnName: ColumnName,
): { readonly at: GridPosition; readonly element: HTMLElement } | null {
  const element = (target as HTMLElement).closest<HTMLElement>('[role="gridcell"]');
  if (!element || element.dataset.masked) return null;
  return { at: { row: Number(element.dataset.row), column: Number(element.dataset[columnName]) }, element };
}
