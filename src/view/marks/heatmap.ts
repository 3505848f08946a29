/** A heatmap: rows down, columns across. Cells are shapes, or one raster if there are many. */
import { inkOn } from '../../ui/colour';
import { append } from '../../util/lists';
import { range } from '../../util/range';
import { cellIndex, foldText, isMasked, type MarkData, strengthOf } from './data';
import { columnNames, corner, foldShapes, LINE, nth, rowName, rowNamesWidth } from './names';
import {
  type Box,
  fitted,
  type Frame,
  type Ink,
  label,
  type Scene,
  type SceneRow,
  type Shape,
  type Spot,
  type Spots,
  titleShapes,
} from './scene';

/** More cells become a raster. */
export const MOST_SHAPES = 1500;
const CELL_HEIGHT = 24;
const LEAST_TITLE = 112;
/** Keeps tall pictures on one screen. */
const MOST_HEIGHT = 576;
/** Wider cells show nothing more. */
const MOST_WIDTH = 72;
const MOST_WORD = 128;
/** Most pixels of a square picture, and of its cells. */
const [MOST_SQUARE, MOST_SIDE] = [420, 44];
const APART = 4;
/** Height of a cell in a picture that fills the window; lower ones scroll. */
const [LEAST_READABLE, MOST_FILLING] = [12, 56];
/** Height of the line that stands for rows. */
const FOLD = 24;
/** Highest canvas that browsers draw. */
const MOST_CANVAS = 24_000;

export function heatmapScene(data: MarkData, frame: Frame): Scene {
  const { rows, columns, title, fold } = data;
  const { ink, hasRowNames = true, hasColumnNames = true } = frame;
  const [R, C] = [rows.length, columns.length];
  const isRaster = frame.isRaster ?? R * C > MOST_SHAPES;
  const left = hasRowNames ? rowNamesWidth(data) : 0;
  const width = cellWidth(data, (frame.width - left) / C);
  const head = titleShapes(
    title,
    { x: left, width: Math.max(width * C, LEAST_TITLE), ink },
    frame.titleLines,
  );
  const line = { x: 0, y: head.height, width: left + width * C, height: fold ? FOLD : 0 };
  const top = head.height + line.height;
  const footOf = (body: Box) =>
    hasColumnNames ? columnNames(data, body, width, ink) : { shapes: [], height: 0 };
  const taken = top + footOf({ x: left, y: 0, width: width * C, height: 0 }).height;
  const height = cellHeight(data, width, frame, taken);
  let y = top;
  const tops = rows.map(({ apart }, row) => {
    if (apart && !isRaster && row > 0 && !rows[row - 1]!.apart) y += APART;
    y += height;
    return y - height;
  });
  const body = { x: left, y: top, width: width * C, height: y - top };
  const boxOf = (row: number, column: number): Box => ({
    x: left + column * width,
    y: tops[row]!,
    width,
    height,
  });
  const spots = gridSpots(data, body, tops, boxOf);
  const foot = footOf(body);
  const every = nth(
    LINE / height,
    rows.map(({ text }) => text),
  );
  const names = rows.flatMap((name, row) =>
    row % every === 0
      ? rowName(name, row, { x: 0, y: tops[row]!, width: left, height: height * every }, ink)
      : [],
  );
  const lines = fold ? foldShapes(data, fold, { ...line, x: left, width: width * C }, ink) : null;
  const colour = ink.colour(data.scale);
  return {
    width: left + body.width,
    height: y + foot.height,
    shapes: [...head.shapes, ...(lines?.across ?? []), ...(isRaster ? peakOf(data, boxOf, ink) : [])],
    ...(hasColumnNames && { foot: { y, shapes: foot.shapes } }),
    ...(hasRowNames && {
      side: {
        width: left,
        shapes: [...(lines?.name ?? []), ...names],
        corner: hasColumnNames ? corner(data, left, y, ink) : [],
      },
    }),
    ...(fold && { fold: { ...line, text: foldText(fold), isOpen: fold.isOpen } }),
    ...(isRaster
      ? {
          raster: {
            ...body,
            rows: R,
            columns: C,
            scale: data.scale,
            strength: (row, column) => {
              const cell = data.cell(row, column);
              return isMasked(cell) ? Number.NaN : strengthOf(data, cell.value);
            },
            isFaint: (row, column) => data.cell(row, column).uncertain ?? false,
          },
        }
      : {
          rows: rows.map(
            (_, row): SceneRow => ({
              cells: range(0, C).flatMap((column) =>
                cellShapes(data, row, column, boxOf(row, column), ink, colour),
              ),
            }),
          ),
        }),
    spots,
  };
}

/** Whole pixels, unless the cell is small. */
const whole = (size: number): number => (size >= 4 ? Math.floor(size) : size);

function cellWidth({ rows, hasTexts, isSquare }: MarkData, room: number): number {
  if (isSquare) return whole(Math.min(room, MOST_SQUARE / rows.length, MOST_SIDE));
  return whole(Math.min(room, hasTexts ? MOST_WORD : MOST_WIDTH));
}

/** `taken`: the height of title and column names. */
function cellHeight({ rows, isSquare }: MarkData, width: number, frame: Frame, taken: number): number {
  const { length } = rows;
  if (isSquare) return width;
  if (frame.height === undefined)
    return whole(Math.min(frame.cellHeight ?? CELL_HEIGHT, MOST_HEIGHT / length));
  const apart = rows.filter((row, at) => row.apart && at > 0 && !rows[at - 1]!.apart).length * APART;
  const filling = Math.floor((frame.height - taken - apart) / length);
  return Math.min(MOST_FILLING, Math.max(LEAST_READABLE, filling), whole(MOST_CANVAS / length));
}

function gridSpots(
  data: MarkData,
  body: Box,
  tops: readonly number[],
  boxOf: (row: number, column: number) => Box,
): Spots {
  const [rows, columns] = [data.rows.length, data.columns.length];
  const at = (row: number, column: number): Spot | null => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
    const cell = data.cell(row, column);
    if (isMasked(cell)) return null;
    return { cell: cellIndex(data, row, column), row, column, label: cell.label, ...boxOf(row, column) };
  };
  return {
    rows,
    columns,
    at,
    of: (cell) => {
      const index = cell - (data.begin ?? 0);
      return at(Math.floor(index / columns), index % columns);
    },
    near: (x, y) => {
      if (y < body.y || y >= body.y + body.height) return null;
      const row = tops.findLastIndex((top) => top <= y);
      return at(row, Math.floor(((x - body.x) / body.width) * columns));
    },
  };
}

function cellShapes(
  data: MarkData,
  row: number,
  column: number,
  box: Box,
  ink: Ink,
  colour: (strength: number) => string,
): SceneRow['cells'] {
  const cell = data.cell(row, column);
  // A thin gap between cells.
  const gap = Math.min(box.width, box.height) >= 6 ? 1 : 0;
  const place = { x: box.x, y: box.y, width: box.width - gap, height: box.height - gap };
  const fill = isMasked(cell) ? ink.masked : colour(strengthOf(data, cell.value));
  const index = cellIndex(data, row, column);
  const shapes: Shape[] = [{ tag: 'rect', attributes: { ...place, fill } }];
  if (cell.uncertain) shapes.push(hatching(place, ink));
  if (cell.text && box.height >= LINE) {
    const words = fitted(cell.text, box.width - 6);
    const middle = { x: box.x + place.width / 2, y: box.y + box.height / 2 + 4 };
    // The cell's own label has the whole word; what fits is not read aloud beside it.
    const style = { fill: inkOn(fill), 'text-anchor': 'middle', 'aria-hidden': 'true' };
    shapes.push(label(middle.x, middle.y, words, style));
  }
  if (data.peak === index) append(shapes, outline(place, ink));
  const spot = isMasked(cell) ? null : { cell: index, row, column, label: cell.label, ...box };
  return [{ spot, shapes }];
}

/** Two inks: one of them is visible on any colour. */
const outline = ({ x, y, width, height }: Box, ink: Ink): Shape[] =>
  [ink.text, ink.page].map((stroke, i) => ({
    tag: 'rect',
    attributes: {
      x: x + i + 0.5,
      y: y + i + 0.5,
      width: Math.max(1, width - 2 * i - 1),
      height: Math.max(1, height - 2 * i - 1),
      fill: 'none',
      stroke,
    },
  }));

function peakOf(
  { peak, begin = 0, columns }: MarkData,
  boxOf: (row: number, column: number) => Box,
  ink: Ink,
): Shape[] {
  if (peak === undefined) return [];
  const index = peak - begin;
  return outline(boxOf(Math.floor(index / columns.length), index % columns.length), ink);
}

const HATCH = 4;

/** Lines from lower left to upper right that join those of the next cell. */
function hatching({ x, y, width, height }: Box, ink: Ink): Shape {
  const lines: string[] = [];
  for (let at = Math.ceil((x + y) / HATCH) * HATCH; at < x + width + y + height; at += HATCH) {
    const [from, to] = [Math.max(x, at - y - height), Math.min(x + width, at - y)];
    lines.push(`M${from} ${at - from}L${to} ${at - to}`);
  }
  return {
    tag: 'path',
    attributes: { d: lines.join(''), stroke: ink.soft, 'stroke-opacity': 0.35, fill: 'none' },
  };
}
