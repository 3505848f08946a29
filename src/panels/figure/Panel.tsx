/** A study's figures; neighbours in one unit share a scale and a colour bar. */
import { type ReactNode, useMemo, useRef } from 'react';
import { hatchText, overText } from '../../results/intervals';
import type { Figure } from '../../results/document';
import { Bar } from '../../view/marks/Bar';
import { FigurePanel, type FigurePanelProps } from './FigurePanel';
import { rowNamesWidth } from '../../view/marks/names';
import { gridOf } from '../../view/marks/layout';
import { useRoom } from '../../view/marks/useRoom';
import { useWidth } from '../../view/marks/useWidth';
import { Segments } from '../../ui/Segments';
import { areMultiples, barOf, dataOf, traitsOf } from './data';
import type { FigureView } from './select';
import './figure.css';
import { maxOf } from '../../util/lists';
import { capitalised } from '../../util/capitalised';

export interface FigureGroupProps extends Omit<FigurePanelProps, 'view' | 'room'> {
  /** Same mark and unit. */
  readonly views: readonly FigureView[];
  /** Pictures to keep a place for, whether they have come or not. */
  readonly expected?: number;
  /** The first group fills what the window has left. */
  readonly isFirst: boolean;
  /** The chosen band of figures with equal rows: a name, or `ALL`; else as many as are readable. */
  readonly band?: string | null;
  /** Absent: always all. */
  readonly onBand?: (band: string) => void;
  /** Between the picture and its caption. */
  readonly note?: ReactNode;
}

/** Height of the note, folded or not: folding it leaves the picture as it is. */
const NOTE = 100;

export function FigureGroup({
  views: all,
  expected = 0,
  isFirst,
  band = null,
  onBand,
  note = null,
  ...rest
}: FigureGroupProps) {
  const { asTable } = rest;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const isChosen = onBand !== undefined && !asTable && areMultiples(all);
  const shown = useMemo(
    () => (isChosen ? bandOf(all, width, band, expected) : ALL),
    [isChosen, all, width, band, expected],
  );
  const views = useMemo(
    () => (shown === ALL ? all : all.filter(({ figure }) => figure.name === shown)),
    [all, shown],
  );
  const [first] = views;
  const { figure } = first!;
  const { isColoured } = traitsOf(first!);
  const { caption, varies, hatching } = figure;
  const isAlike = views.every((view) => view.figure.caption === caption);
  const shared = { unit: isColoured, caption: isColoured && isAlike };
  // Neighbours may have different rules.
  const distinct = (text: (figure: Figure) => string) =>
    [...new Set(views.map((view) => text(view.figure)))].filter(Boolean).join('; or ');
  const words = [overText, hatchText].map(distinct).filter(Boolean).join('; ');
  const over = varies ? `${capitalised(words)}.` : '';
  const below = [shared.caption ? caption : undefined, over, hatching].filter(Boolean).join(' ');
  const bar = useMemo(() => barOf(views), [views]);
  // A table needs the whole width.
  const places = Math.max(views.length, shown === ALL ? expected : 0);
  const grid = useMemo(
    () => (asTable ? null : sideBySide(views, width, places)),
    [asTable, views, width, places],
  );
  // Pictures below one another scroll with the page.
  const isLine = views.length === 1 || grid?.across === places;
  const room = useRoom(box, note && isLine ? NOTE : 0);
  const isFilling = isColoured && isFirst && room > 0 && !asTable;
  const isInLine = isFilling && isLine;
  const style = {
    ...(grid
      ? { gridTemplateColumns: grid.columns }
      : { '--least': asTable ? '100%' : `${maxOf(views.map(leastWidth))}px` }),
    ...(isInLine && { maxHeight: room }),
  };
  return (
    <div className={isColoured && !asTable ? 'figure-group coloured' : 'figure-group'}>
      {isChosen && (
        <Segments
          className={isFirst ? 'in-tabs' : ''}
          label="Maps shown"
          choices={[[ALL, 'All'], ...all.map(({ figure: { name, title } }) => [name, title] as const)]}
          chosen={shown}
          onChoose={onBand}
        />
      )}
      <div
        ref={box}
        className={`figures${grid ? ' joined' : ''}${places > views.length ? ' awaiting' : ''}${isInLine ? ' filling' : ''}`}
        style={style as React.CSSProperties}
      >
        {views.map((view, i) => (
          <FigurePanel
            key={view.figure.name}
            view={view}
            shared={{ ...shared, rows: grid !== null && i % grid.across !== 0 }}
            {...rest}
            room={isFilling ? room - TITLE : undefined}
          />
        ))}
      </div>
      {isColoured && !asTable && <Bar bar={bar} theme={rest.theme} />}
      {note}
      {isColoured && below !== '' && <p className="small muted figure-caption">{below}</p>}
    </div>
  );
}

const ALL = '*';

/** All of a group if they are readable side by side, else the one with the finding's cell. */
function bandOf(
  views: readonly FigureView[],
  width: number,
  chosen: string | null,
  expected: number,
): string {
  const names = views.map(({ figure }) => figure.name);
  if (chosen === ALL || (chosen !== null && names.includes(chosen))) return chosen;
  const places = Math.max(views.length, expected);
  const grid = sideBySide(views, width, places);
  if (!grid || grid.across === places) return ALL;
  return (views.find(({ figure }) => figure.peak) ?? views[0]!).figure.name;
}

/** Width of a title with its buttons, and of a short one above them. */
const NARROWEST = 140;
const STACKED = 110;
const GAP = 24;
/** Height of a title above its picture, with the gap. */
const TITLE = 32;

/** Least readable width of a figure. */
function leastWidth(view: FigureView): number {
  const data = dataOf(view, 0);
  return Math.max(NARROWEST, rowNamesWidth(data) + traitsOf(view).leastWidth(data));
}

/** Figures with equal rows become small multiples with shared row names. Null: they differ. */
function sideBySide(
  views: readonly FigureView[],
  width: number,
  places: number,
): { readonly across: number; readonly columns: string } | null {
  const [first] = views;
  if (width === 0 || !areMultiples(views)) return null;
  const names = rowNamesWidth(dataOf(first!, 0));
  const cells = views.map((view) => traitsOf(view).leastWidth(dataOf(view, 0)));
  const least = Math.max(STACKED, maxOf(cells));
  const grid = gridOf(places, { width, names, least, gap: GAP });
  const others = grid.across > 1 ? ` repeat(${grid.across - 1}, ${grid.width}px)` : '';
  return { across: grid.across, columns: `${names + grid.width}px${others}` };
}
