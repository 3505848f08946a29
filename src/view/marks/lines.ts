/** Lines with bands: columns across, one line per row. */
import { scaleLinear } from 'd3-scale';
import { plain } from '../../results/format';
import { maxOf, minOf } from '../../util/lists';
import { range } from '../../util/range';
import { cellIndex, type MarkCell, type MarkData } from './data';
import {
  fitted,
  type Frame,
  type Ink,
  label,
  type Scene,
  type Shape,
  spotsOf,
  textWidth,
  titleShapes,
} from './scene';

const HEIGHT = 240;
const TOP = 12;
const FOOT = 40;
const LEFT = 56;
const LARGEST_RIGHT = 132;
/** More lines become shades, named at the ends. */
const MOST_NAMED = 7;
/** Least distance between line names. */
const APART = 13;

type Along = (value: number) => number;

export function linesScene(data: MarkData, { width, ink }: Frame): Scene {
  const { rows, columns, title } = data;
  const names = rows.map(({ text }) => text);
  const right = Math.min(
    LARGEST_RIGHT,
    maxOf(
      names.map((name) => textWidth(name) + 16),
      16,
    ),
  );
  const head = titleShapes(title, { x: 0, width, ink });
  const top = head.height + TOP;
  const bottom = top + HEIGHT - TOP - FOOT;
  const x = acrossScale(data, LEFT, Math.max(LEFT + 40, width - right));
  const y = scaleLinear(reachOf(data), [bottom, top]).nice(5);
  const colour = (row: number): string => lineColour(row, rows.length, ink);
  const cells = rows.map((_, row) => range(0, columns.length).map((column) => data.cell(row, column)));
  return {
    width,
    height: bottom + FOOT,
    shapes: [
      ...head.shapes,
      ...shade(data, x, { top, bottom }, ink),
      ...frame(data, { x, y, right: width - right, bottom }, ink),
      ...cells.flatMap((line, row) => lineShapes(line, x, y, colour(row), ink)),
      ...lineNames(names, cells, { y, x: width - right + 6, width: right - 8 }, colour),
      label((LEFT + width - right) / 2, bottom + FOOT - 4, data.columnTitle ?? '', {
        fill: ink.soft,
        'text-anchor': 'middle',
      }),
    ],
    spots: spotsOf(
      cells.flatMap((line, row) =>
        line.flatMap(({ value, label }, column) => {
          if (value === null) return [];
          const place = { x: x(column) - 5, y: y(value) - 5, width: 10, height: 10 };
          return [{ cell: cellIndex(data, row, column), row, column, label, ...place }];
        }),
      ),
    ),
  };
}

/** Distinct colours; shades for many lines. */
export function lineColour(row: number, rows: number, ink: Ink): string {
  if (rows <= MOST_NAMED) return ink.categories[row % ink.categories.length]!;
  return ink.colour('blue')(0.35 + (0.65 * row) / (rows - 1));
}

const reachOf = ({ extent: [low, high] }: MarkData): [number, number] =>
  low === high ? [low, low + 1] : [low, high];

/** Column -> pixel, on the axis's numbers if it has them. */
function acrossScale({ columns, columnsAt }: MarkData, left: number, right: number): Along {
  const places = columnsAt ?? range(0, columns.length);
  const [low, high] = [minOf(places), maxOf(places)];
  const scale = scaleLinear([low, high === low ? low + 1 : high], [left, right]);
  return (column) => scale(places[column]!);
}

/** Behind the marked columns. */
function shade(
  { columnsMarked }: MarkData,
  x: Along,
  { top, bottom }: { readonly top: number; readonly bottom: number },
  ink: Ink,
): Shape[] {
  if (!columnsMarked) return [];
  const [begin, end] = [x(columnsMarked[0]), x(columnsMarked[1] - 1)];
  const place = { x: begin, y: top, width: end - begin, height: bottom - top };
  return [{ tag: 'rect', attributes: { ...place, fill: ink.line, 'fill-opacity': 0.35 } }];
}

interface Axes {
  readonly x: Along;
  readonly y: ReturnType<typeof scaleLinear<number>>;
  readonly right: number;
  readonly bottom: number;
}

function frame({ columns, levels = [] }: MarkData, { x, y, right, bottom }: Axes, ink: Ink): Shape[] {
  const across = (value: number, style: Shape['attributes']): Shape => ({
    tag: 'line',
    attributes: { x1: LEFT, x2: right, y1: y(value), y2: y(value), ...style },
  });
  const ticks = y
    .ticks(5)
    .flatMap((tick) => [
      across(tick, { stroke: tick === 0 ? ink.soft : ink.line }),
      label(LEFT - 6, y(tick) + 4, plain(tick), { fill: ink.soft, 'text-anchor': 'end' }),
    ]);
  const room = (right - LEFT) / Math.max(1, columns.length - 1);
  const every = Math.max(1, Math.ceil((Math.min(maxOf(columns.map(textWidth)), 80) + 6) / room));
  const names = columns.flatMap((name, column) =>
    column % every === 0
      ? [label(x(column), bottom + 15, fitted(name, 80), { fill: ink.soft, 'text-anchor': 'middle' })]
      : [],
  );
  const marks = levels.flatMap(({ name, value }) => [
    across(value, { stroke: ink.soft, 'stroke-dasharray': '2 3' }),
    label(right - 4, y(value) - 4, name, { fill: ink.soft, 'text-anchor': 'end' }),
  ]);
  return [...ticks, ...names, ...marks];
}

/** Band, line and points; undefined values break the line, hollow points may be chance. */
function lineShapes(line: readonly MarkCell[], x: Along, y: Along, colour: string, ink: Ink): Shape[] {
  const shapes: Shape[] = [];
  for (const piece of pieces(line, ({ span }) => Boolean(span))) {
    const upper = piece.map(([column, { span }]) => `${x(column)} ${y(span![1])}`);
    const lower = piece.map(([column, { span }]) => `${x(column)} ${y(span![0])}`).reverse();
    const d = `M${[...upper, ...lower].join('L')}Z`;
    shapes.push({ tag: 'path', attributes: { d, fill: colour, 'fill-opacity': 0.16 } });
  }
  for (const piece of pieces(line, ({ value }) => value !== null)) {
    const d = `M${piece.map(([column, { value }]) => `${x(column)} ${y(value!)}`).join('L')}`;
    shapes.push({ tag: 'path', attributes: { d, fill: 'none', stroke: colour, 'stroke-width': 1.75 } });
  }
  line.forEach(({ value, uncertain }, column) => {
    if (value === null) return;
    const place = { cx: x(column), cy: y(value), r: 2.5 };
    shapes.push({
      tag: 'circle',
      attributes: { ...place, fill: uncertain ? ink.page : colour, stroke: colour },
    });
  });
  return shapes;
}

/** Runs of neighbours that pass. */
function pieces(
  line: readonly MarkCell[],
  holds: (cell: MarkCell) => boolean,
): (readonly [number, MarkCell])[][] {
  const found: (readonly [number, MarkCell])[][] = [[]];
  line.forEach((cell, column) => {
    if (holds(cell)) found.at(-1)!.push([column, cell]);
    else if (found.at(-1)!.length > 0) found.push([]);
  });
  return found.filter((piece) => piece.length > 0);
}

/** Line names at the ends, moved apart to avoid overlap. */
function lineNames(
  names: readonly string[],
  cells: readonly (readonly MarkCell[])[],
  { x, y, width }: { readonly x: number; readonly y: Along; readonly width: number },
  colour: (row: number) => string,
): Shape[] {
  const shown = names.flatMap((name, row) => {
    const last = cells[row]!.findLast(({ value }) => value !== null);
    const isNamed = names.length <= MOST_NAMED || row === 0 || row === names.length - 1;
    return name !== '' && last && isNamed ? [{ name, row, at: y(last.value!) + 4 }] : [];
  });
  let before = Number.NEGATIVE_INFINITY;
  return shown
    .sort((a, b) => a.at - b.at)
    .map(({ name, row, at }) => {
      before = Math.max(at, before + APART);
      return label(x, before, fitted(name, width), { fill: colour(row), 'font-weight': 600 });
    });
}
