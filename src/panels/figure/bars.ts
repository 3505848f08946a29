/** Bars with whiskers, one below the other; with two axes, a heading per entry of the first. */
import { scaleLinear } from 'd3-scale';
import { plain } from '../../results/format';
import { fitted, type Ink, label, type Scene, type Shape, type Spot, textWidth } from './scene';
import { cellView, type CellView, type FigureView, largestCells } from './select';
import { append, maxOf } from '../../util/lists';

const ROW = 20;
const HEAD = 20;
const TOP = 20;
const MOST_LABEL = 168;
const NUMBER = 52;
/** Of more bars only the largest are drawn. */
export const MOST_BARS = 48;

/** One facet. `width` in pixels. */
export function barsScene(view: FigureView, facet: number, width: number, ink: Ink): Scene {
  const { rows, columns, down, across, facets } = view;
  const { begin } = facets[facet]!;
  const isCut = rows * columns > MOST_BARS;
  const shown: readonly CellView[] = isCut
    ? largestCells(view, MOST_BARS).filter(({ cell }) => cell >= begin && cell < begin + rows * columns)
    : Array.from({ length: rows * columns }, (_, i) => cellView(view, begin + i));
  const name = ({ cell, place }: CellView): string =>
    isCut ? place : across.labels[(cell - begin) % columns]!;
  const left = Math.min(MOST_LABEL, width * 0.4, maxOf(shown.map((cell) => textWidth(name(cell)) + 14)));
  const x = scaleLinear(domainOf(view), [left, width - NUMBER]);
  const shapes: Shape[] = [];
  const spots: Spot[] = [];
  let y = TOP;
  shown.forEach((cell, index) => {
    if (down && !isCut && index % columns === 0) {
      const heading = `${down.name} ${down.labels[index / columns]!}`;
      shapes.push(label(0, y + 14, heading, { fill: ink.text, 'font-weight': 600 }));
      y += HEAD;
    }
    append(shapes, barShapes(cell, fitted(name(cell), left - 14), x, y, left, ink));
    const [row, column] = isCut ? [index, 0] : [Math.floor(index / columns), index % columns];
    if (cell.value !== null) spots.push({ cell: cell.cell, row, column, x: 0, y, width, height: ROW });
    y += ROW;
  });
  const named = view.figure.levels ?? [];
  const levels = named.some(({ value }) => value === 0) ? named : [{ name: '0', value: 0 }, ...named];
  const marks = levels.flatMap((level): Shape[] => {
    const isZero = level.value === 0;
    const at = x(level.value);
    return [
      {
        tag: 'line',
        attributes: {
          x1: at,
          x2: at,
          y1: TOP - 4,
          y2: y,
          stroke: isZero ? ink.soft : ink.line,
          ...(isZero ? {} : { 'stroke-dasharray': '2 3' }),
        },
      },
      // At the edge a name begins or ends where its line is, so that none of it is cut off.
      label(at, TOP - 8, level.name, { fill: ink.soft, 'text-anchor': anchorAt(at, width) }),
    ];
  });
  return { width, height: y + 4, shapes: [...marks, ...shapes], spots };
}

const EDGE = 60;

const anchorAt = (at: number, width: number): string =>
  at < EDGE ? 'start' : at > width - EDGE ? 'end' : 'middle';

function domainOf({ figure, reach }: FigureView): [number, number] {
  const { values, intervals = [], ranges = [], levels, scale } = figure;
  let [low, high] = [0, 0];
  const consider = (value: number): void => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const value of values) if (value !== null) consider(value);
  for (const pair of [...intervals, ...ranges]) pair?.forEach(consider);
  for (const level of levels ?? []) consider(level.value);
  // Pictures side by side have the same length for the same number.
  if (scale === 'positive') return [low, Math.max(high, reach)];
  return [Math.min(low, low < 0 ? -reach : 0), Math.max(high, reach)];
}

function barShapes(
  { value, span, uncertain, text }: CellView,
  name: string,
  x: (value: number) => number,
  y: number,
  left: number,
  ink: Ink,
): Shape[] {
  const middle = y + ROW / 2;
  const title = label(left - 8, middle + 4, name, { fill: ink.text, 'text-anchor': 'end' });
  if (value === null) return [title, label(x(0) + 6, middle + 4, text || 'not defined', { fill: ink.soft })];
  const colour = ink.colour('signed')(value < 0 ? -0.68 : 0.68);
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  const end = Math.max(to, span ? x(span[1]) : to);
  const whisker: Shape[] = span
    ? [
        {
          tag: 'path',
          attributes: {
            d: `M${x(span[0])} ${middle}H${x(span[1])}M${x(span[0])} ${middle - 3}v6M${x(span[1])} ${middle - 3}v6`,
            stroke: ink.text,
            fill: 'none',
          },
        },
      ]
    : [];
  return [
    title,
    {
      tag: 'rect',
      attributes: {
        x: from,
        y: y + 4,
        width: Math.max(0.75, to - from),
        height: ROW - 8,
        fill: colour,
        'fill-opacity': uncertain ? 0.35 : 1,
      },
    },
    ...whisker,
    label(end + 6, middle + 4, text ? `${plain(value)} ${text}` : plain(value), { fill: ink.soft }),
  ];
}
