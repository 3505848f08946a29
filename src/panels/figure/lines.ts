/** Lines with bands: the last axis across, one line per entry of the axis before it. */
import { scaleLinear } from 'd3-scale';
import { plain } from '../../results/format';
import { fitted, type Ink, label, type Scene, type Shape, type Spot, textWidth } from './scene';
import { cellView, type CellView, type FigureView } from './select';
import { maxOf, minOf } from '../../util/lists';

const HEIGHT = 240;
const TOP = 12;
const FOOT = 40;
const LEFT = 56;
const LARGEST_RIGHT = 132;
/** More lines than this are an order of shades, named at its ends. */
const MOST_NAMED = 7;
/** Names of lines are at least so far apart. */
const APART = 13;

type Along = (value: number) => number;

/** One facet. `width` in pixels. */
export function linesScene(view: FigureView, facet: number, width: number, ink: Ink): Scene {
  const { rows, columns, down, across } = view;
  const names = down?.labels ?? [''];
  const right = Math.min(
    LARGEST_RIGHT,
    maxOf(
      names.map((name) => textWidth(name) + 16),
      16,
    ),
  );
  const x = acrossScale(view, LEFT, Math.max(LEFT + 40, width - right));
  const y = scaleLinear(domainOf(view), [HEIGHT - FOOT, TOP]).nice(5);
  const lineColour = (row: number): string =>
    rows <= MOST_NAMED
      ? ink.categories[row % ink.categories.length]!
      : ink.colour('blue')(0.35 + (0.65 * row) / (rows - 1));
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_c, column) =>
      cellView(view, view.facets[facet]!.begin + row * columns + column),
    ),
  );
  const shapes = [
    ...frame(view, x, y, width - right, ink),
    ...cells.flatMap((line, row) => lineShapes(line, x, y, lineColour(row), ink)),
    ...lineNames(names, cells, y, width - right + 6, right - 8, lineColour),
    label((LEFT + width - right) / 2, HEIGHT - 4, across.name, {
      fill: ink.soft,
      'text-anchor': 'middle',
    }),
  ];
  const spots = cells.flatMap((line, row) =>
    line.flatMap(({ cell, value }, column): Spot[] =>
      value === null ? [] : [{ cell, row, column, x: x(column) - 5, y: y(value) - 5, width: 10, height: 10 }],
    ),
  );
  return { width, height: HEIGHT, shapes, spots };
}

/** Column -> pixel: by the axis's own numbers where it has them. */
function acrossScale({ across, columns }: FigureView, left: number, right: number): Along {
  const { at } = across;
  const places = at ?? Array.from({ length: columns }, (_, i) => i);
  const [low, high] = [minOf(places), maxOf(places)];
  const scale = scaleLinear([low, high === low ? low + 1 : high], [left, right]);
  return (column) => scale(places[column]!);
}

/** All values, intervals and levels, and 0. */
function domainOf({ figure, reach }: FigureView): [number, number] {
  const { values, intervals = [], ranges = [], levels, scale } = figure;
  let [low, high] = [0, scale === 'positive' ? reach : 0];
  const consider = (value: number): void => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const value of values) if (value !== null) consider(value);
  for (const pair of [...intervals, ...ranges]) pair?.forEach(consider);
  for (const level of levels ?? []) consider(level.value);
  return low === high ? [low, low + 1] : [low, high];
}

function frame(
  view: FigureView,
  x: Along,
  y: ReturnType<typeof scaleLinear<number>>,
  right: number,
  ink: Ink,
): Shape[] {
  const { figure, across, columns } = view;
  const ticks = y.ticks(5).flatMap((tick): Shape[] => [
    {
      tag: 'line',
      attributes: { x1: LEFT, x2: right, y1: y(tick), y2: y(tick), stroke: tick === 0 ? ink.soft : ink.line },
    },
    label(LEFT - 6, y(tick) + 4, plain(tick), { fill: ink.soft, 'text-anchor': 'end' }),
  ]);
  const longest = maxOf(across.labels.map(textWidth));
  const room = (right - LEFT) / Math.max(1, columns - 1);
  const every = Math.max(1, Math.ceil((Math.min(longest, 80) + 6) / room));
  const names = across.labels.flatMap((name, column): Shape[] =>
    column % every === 0
      ? [
          label(x(column), HEIGHT - FOOT + 15, fitted(name, 80), {
            fill: ink.soft,
            'text-anchor': 'middle',
          }),
        ]
      : [],
  );
  const levels = (figure.levels ?? []).flatMap(({ name, value }): Shape[] => [
    {
      tag: 'line',
      attributes: {
        x1: LEFT,
        x2: right,
        y1: y(value),
        y2: y(value),
        stroke: ink.soft,
        'stroke-dasharray': '2 3',
      },
    },
    label(right - 4, y(value) - 4, name, { fill: ink.soft, 'text-anchor': 'end' }),
  ]);
  return [...ticks, ...names, ...levels];
}

/** Band, line and points; an undefined value breaks the line, a hollow point could be chance. */
function lineShapes(
  line: readonly CellView[],
  x: Along,
  y: (value: number) => number,
  colour: string,
  ink: Ink,
): Shape[] {
  const shapes: Shape[] = [];
  for (const piece of pieces(line, ({ span }) => span !== null)) {
    const upper = piece.map(([column, { span }]) => `${x(column)} ${y(span![1])}`);
    const lower = piece.map(([column, { span }]) => `${x(column)} ${y(span![0])}`).reverse();
    shapes.push({
      tag: 'path',
      attributes: { d: `M${[...upper, ...lower].join('L')}Z`, fill: colour, 'fill-opacity': 0.16 },
    });
  }
  for (const piece of pieces(line, ({ value }) => value !== null)) {
    const points = piece.map(([column, { value }]) => `${x(column)} ${y(value!)}`);
    shapes.push({
      tag: 'path',
      attributes: { d: `M${points.join('L')}`, fill: 'none', stroke: colour, 'stroke-width': 1.75 },
    });
  }
  line.forEach(({ value, uncertain }, column) => {
    if (value === null) return;
    shapes.push({
      tag: 'circle',
      attributes: {
        cx: x(column),
        cy: y(value),
        r: 2.5,
        fill: uncertain ? ink.page : colour,
        stroke: colour,
      },
    });
  });
  return shapes;
}

/** Runs of neighbours that hold. */
function pieces(
  line: readonly CellView[],
  holds: (cell: CellView) => boolean,
): (readonly [number, CellView])[][] {
  const found: (readonly [number, CellView])[][] = [[]];
  line.forEach((cell, column) => {
    if (holds(cell)) found.at(-1)!.push([column, cell]);
    else if (found.at(-1)!.length > 0) found.push([]);
  });
  return found.filter((piece) => piece.length > 0);
}

/** Each line's name at its end, moved apart where they would overprint. */
function lineNames(
  names: readonly string[],
  cells: readonly (readonly CellView[])[],
  y: (value: number) => number,
  x: number,
  width: number,
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
