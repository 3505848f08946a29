/**
 * Points in a plane: rows are points, the two columns their coordinates in one unit. Paths join
 * points in order, from hollow to large. Scatters compare two numbers of each point: a square with
 * the diagonal, where they are equal. All pictures are drawn as one, a colour each.
 */
import { scaleLinear } from 'd3-scale';
import { plain } from '../../results/format';
import { append, maxOf, minOf } from '../../util/lists';
import { cellIndex, type MarkData } from './data';
import { lineColour } from './lines';
import {
  type Box,
  fitted,
  type Frame,
  type Ink,
  label,
  type Scene,
  type Shape,
  type Spot,
  spotsOf,
  textWidth,
} from './scene';

const [TOP, FOOT, LEFT, RIGHT] = [16, 40, 56, 24];
/** Pixels across, and up. */
const LEAST = 200;
const MOST_HEIGHT = 440;
const MOST_NAMES = 132;
const LINE = 14;
const LETTERS = 10;

interface Point {
  readonly spot: Spot;
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

type Scales = Readonly<Record<'x' | 'y', ReturnType<typeof scaleLinear<number>>>>;

export function planeScene(all: readonly MarkData[], { width, ink }: Frame, isPath: boolean): Scene {
  const names =
    all.length > 1 ? Math.min(MOST_NAMES, maxOf(all.map(({ title = '' }) => textWidth(title))) + 16) : 0;
  const colours = all.map((_, i) => lineColour(i, all.length, ink));
  const { x, y } = scalesOf(all, Math.max(LEFT + 40, width - RIGHT - names), isPath);
  const [right, bottom] = [x.range()[1]!, y.range()[0]!];
  const lines = all.map((data, i) => pointsOf(data, i, { x, y }));
  const shapes = frameShapes(all[0]!, { x, y }, ink);
  if (!isPath) shapes.push(diagonal({ x, y }, ink));
  for (const [i, points] of lines.entries()) append(shapes, lineShapes(points, colours[i]!, isPath, ink));
  append(
    shapes,
    pointNames(lines, colours, { x: LEFT, y: TOP, width: right + RIGHT - LEFT, height: bottom - TOP }),
  );
  if (names > 0)
    for (const [i, { title = '' }] of all.entries())
      shapes.push(
        label(right + RIGHT, TOP + 8 + i * LINE, fitted(title, names), {
          fill: colours[i]!,
          'font-weight': 600,
        }),
      );
  return {
    width: right + RIGHT + names,
    height: Math.max(bottom + FOOT, names > 0 ? TOP + 8 + all.length * LINE : 0),
    shapes,
    spots: spotsOf(lines.flatMap((points) => points.map(({ spot }) => spot))),
  };
}

/** Equal units across and up; for a scatter the same numbers, too. */
function scalesOf(all: readonly MarkData[], right: number, isPath: boolean): Scales {
  const valuesOf = (axis: number) =>
    all.flatMap(({ rows, cell }) => rows.flatMap((_, row) => cell(row, axis).value ?? []));
  const rangeOf = (values: readonly number[]) => {
    const [low, high] = [minOf(values, 0), maxOf(values, 0)];
    const edge = (high - low) * 0.04 || 1;
    return [low - edge, high + edge] as const;
  };
  const [across, up] = isPath
    ? ([rangeOf(valuesOf(0)), rangeOf(valuesOf(1))] as const)
    : (Array(2).fill(rangeOf([...valuesOf(0), ...valuesOf(1)])) as [Range, Range]);
  const room = right - LEFT;
  const unit = Math.min(room / (across[1] - across[0]), MOST_HEIGHT / (up[1] - up[0]));
  const least = Math.min(LEAST, room);
  const x = widened(across, unit, least);
  const y = widened(up, unit, LEAST);
  return {
    x: scaleLinear(x.range, [LEFT, LEFT + x.length]),
    y: scaleLinear(y.range, [TOP + y.length, TOP]),
  };
}

type Range = readonly [low: number, high: number];

/** At the least length, shows more of the plane on both sides. */
function widened([low, high]: Range, unit: number, least: number): { range: Range; length: number } {
  const length = Math.max(least, unit * (high - low));
  const more = (length / unit - (high - low)) / 2;
  return { range: [low - more, high + more], length };
}

function diagonal({ x, y }: Scales, ink: Ink): Shape {
  const [low, high] = x.domain() as [number, number];
  const at = { x1: x(low), y1: y(low), x2: x(high), y2: y(high) };
  return { tag: 'line', attributes: { ...at, stroke: ink.soft, 'stroke-dasharray': '3 3' } };
}

const RADIUS = 3;

function pointsOf(data: MarkData, line: number, { x, y }: Scales): Point[] {
  return data.rows.flatMap(({ text }, row) => {
    const [first, second] = [data.cell(row, 0).value, data.cell(row, 1).value];
    if (first === null || second === null) return [];
    const at = { x: x(first), y: y(second) };
    const place = [data.title, text].filter(Boolean).join(', ');
    const spot = {
      cell: cellIndex(data, row, 0),
      row: line,
      column: row,
      label: `${place}: ${data.columns[0]} ${plain(first)}, ${data.columns[1]} ${plain(second)}`,
      x: at.x - RADIUS - 2,
      y: at.y - RADIUS - 2,
      width: 2 * RADIUS + 4,
      height: 2 * RADIUS + 4,
    };
    return [{ spot, name: text, ...at }];
  });
}

function frameShapes({ columns }: MarkData, { x, y }: Scales, ink: Ink): Shape[] {
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  const line = (at: Record<string, number>, tick: number): Shape => ({
    tag: 'line',
    attributes: { ...at, stroke: tick === 0 ? ink.soft : ink.line },
  });
  const style = { fill: ink.soft, 'text-anchor': 'middle' };
  return [
    ...x
      .ticks(Math.max(2, (right - left) / 80))
      .flatMap((tick) => [
        line({ x1: x(tick), x2: x(tick), y1: top, y2: bottom }, tick),
        label(x(tick), bottom + 15, plain(tick), style),
      ]),
    ...y
      .ticks(Math.max(2, (bottom - top) / 60))
      .flatMap((tick) => [
        line({ x1: left, x2: right, y1: y(tick), y2: y(tick) }, tick),
        label(left - 6, y(tick) + 4, plain(tick), { ...style, 'text-anchor': 'end' }),
      ]),
    label((left + right) / 2, bottom + 34, columns[0]!, style),
    label(left, top - 6, columns[1]!, { ...style, 'text-anchor': 'start' }),
  ];
}

function lineShapes(points: readonly Point[], colour: string, isPath: boolean, ink: Ink): Shape[] {
  const d = `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`;
  const way: Shape[] =
    isPath && points.length > 1
      ? [
          {
            tag: 'path',
            attributes: { d, fill: 'none', stroke: colour, 'stroke-width': 1.5, 'stroke-opacity': 0.7 },
          },
        ]
      : [];
  const dots = points.map(({ x, y }, i): Shape => {
    const isEnd = isPath && i === points.length - 1;
    const fill = isPath && i === 0 ? ink.page : colour;
    return {
      tag: 'circle',
      attributes: { cx: x, cy: y, r: isEnd ? RADIUS + 1.5 : RADIUS - 0.5, fill, stroke: colour },
    };
  });
  return [...way, ...dots];
}

/** Point names, line ends first, unless they would overlap or leave the frame. */
function pointNames(lines: readonly (readonly Point[])[], colours: readonly string[], room: Box): Shape[] {
  const taken: Box[] = lines
    .flat()
    .map(({ spot }) => ({ ...spot, x: spot.x + 2, y: spot.y + 2, width: 6, height: 6 }));
  const isEnd = (points: readonly Point[], point: Point) => point === points[0] || point === points.at(-1);
  const all = lines.flatMap((points, line) =>
    points.map((point) => ({ point, line, first: isEnd(points, point) })),
  );
  const shapes: Shape[] = [];
  for (const { point, line } of all.sort((a, b) => Number(b.first) - Number(a.first))) {
    const size = { width: textWidth(point.name) + 2, height: LETTERS };
    const places = [
      { x: point.x + 6, y: point.y - 5 },
      { x: point.x - 6 - size.width, y: point.y - 5 },
      { x: point.x - size.width / 2, y: point.y - 17 },
      { x: point.x - size.width / 2, y: point.y + 7 },
    ].map((place) => ({ ...place, ...size }));
    const free = places.find((box) => isWithin(box, room) && !taken.some((other) => isOver(box, other)));
    if (!free) continue;
    taken.push(free);
    shapes.push(label(free.x + 1, free.y + 9, point.name, { fill: colours[line]!, 'font-size': 10 }));
  }
  return shapes;
}

const isOver = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const isWithin = (a: Box, b: Box): boolean =>
  a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
