/** Bars with whiskers, one below the other; several rows get headings. */
import { scaleLinear } from 'd3-scale';
import { plain } from '../../results/format';
import { append, maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { MOST_BARS } from './traits';
import { cellIndex, type MarkCell, type MarkData } from './data';
import {
  fitted,
  type Frame,
  type Ink,
  label,
  type Scene,
  type Shape,
  type Spot,
  spotsOf,
  textWidth,
  titleShapes,
} from './scene';

const ROW = 20;
const HEAD = 20;
const TOP = 20;
const MOST_LABEL = 168;
const NUMBER = 52;

interface Bar extends MarkCell {
  readonly row: number;
  readonly column: number;
  readonly name: string;
}

export function barsScene(data: MarkData, { width, ink }: Frame): Scene {
  const { rows, columns, rowTitle, levels: named = [], title } = data;
  const isCut = rows.length * columns.length > MOST_BARS;
  const shown = isCut ? largestBars(data) : barsOf(data, (_, column) => columns[column]!);
  const left = Math.min(MOST_LABEL, width * 0.4, maxOf(shown.map(({ name }) => textWidth(name) + 14)));
  const x = scaleLinear(reachOf(data), [left, width - NUMBER]);
  const head = titleShapes(title, { x: 0, width, ink });
  const top = head.height + TOP;
  const shapes: Shape[] = [];
  const spots: Spot[] = [];
  let y = top;
  shown.forEach((bar, index) => {
    if (rowTitle && !isCut && bar.column === 0) {
      const heading = `${rowTitle} ${rows[bar.row]!.text}`;
      shapes.push(label(0, y + 14, heading, { fill: ink.text, 'font-weight': 600 }));
      y += HEAD;
    }
    append(shapes, barShapes({ ...bar, name: fitted(bar.name, left - 14) }, x, y, left, ink));
    const place = isCut ? { row: index, column: 0 } : { row: bar.row, column: bar.column };
    const cell = cellIndex(data, bar.row, bar.column);
    if (bar.value !== null) spots.push({ cell, ...place, label: bar.label, x: 0, y, width, height: ROW });
    y += ROW;
  });
  const levels = named.some(({ value }) => value === 0) ? named : [{ name: '0', value: 0 }, ...named];
  const marks = levels.flatMap(({ name, value }): Shape[] => {
    const at = x(value);
    const style = value === 0 ? { stroke: ink.soft } : { stroke: ink.line, 'stroke-dasharray': '2 3' };
    return [
      { tag: 'line', attributes: { x1: at, x2: at, y1: top - 4, y2: y, ...style } },
      // Near the edge, anchors the name at its line, so that it is not cut off.
      label(at, top - 8, name, { fill: ink.soft, 'text-anchor': anchorAt(at, width) }),
    ];
  });
  return { width, height: y + 4, shapes: [...head.shapes, ...marks, ...shapes], spots: spotsOf(spots) };
}

/** Pictures side by side share a scale. */
const reachOf = ({ extent: [low, high], domain: [floor, top] }: MarkData): [number, number] => [
  low < 0 ? Math.min(low, floor) : 0,
  Math.max(high, top),
];

function barsOf({ rows, columns, cell }: MarkData, name: (row: number, column: number) => string): Bar[] {
  return range(0, rows.length * columns.length).map((index) => {
    const [row, column] = [Math.floor(index / columns.length), index % columns.length];
    return { ...cell(row, column), row, column, name: name(row, column) };
  });
}

function largestBars(data: MarkData): Bar[] {
  const { rows, columns } = data;
  return barsOf(data, (row, column) => [rows[row]!.text, columns[column]!].filter(Boolean).join(', '))
    .filter(({ value }) => value !== null)
    .sort((a, b) => Math.abs(b.value!) - Math.abs(a.value!))
    .slice(0, MOST_BARS);
}

const EDGE = 60;

const anchorAt = (at: number, width: number): string =>
  at < EDGE ? 'start' : at > width - EDGE ? 'end' : 'middle';

function barShapes(
  { value, span, uncertain, text, name }: Bar,
  x: (value: number) => number,
  y: number,
  left: number,
  ink: Ink,
): Shape[] {
  const middle = y + ROW / 2;
  const title = label(left - 8, middle + 4, name, { fill: ink.text, 'text-anchor': 'end' });
  if (value === null) return [title, label(x(0) + 6, middle + 4, text || 'not defined', { fill: ink.soft })];
  const fill = ink.colour('signed')(value < 0 ? -0.68 : 0.68);
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  const bar = { x: from, y: y + 4, width: Math.max(0.75, to - from), height: ROW - 8 };
  const shapes: Shape[] = [
    title,
    { tag: 'rect', attributes: { ...bar, fill, 'fill-opacity': uncertain ? 0.35 : 1 } },
  ];
  if (span) {
    const [low, high] = [x(span[0]), x(span[1])];
    const d = `M${low} ${middle}H${high}M${low} ${middle - 3}v6M${high} ${middle - 3}v6`;
    shapes.push({ tag: 'path', attributes: { d, stroke: ink.text, fill: 'none' } });
  }
  const end = Math.max(to, span ? x(span[1]) : to);
  shapes.push(
    label(end + 6, middle + 4, text ? `${plain(value)} ${text}` : plain(value), { fill: ink.soft }),
  );
  return shapes;
}
