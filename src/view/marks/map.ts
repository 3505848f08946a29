/** A map over a picture: cells of a grid, see-through where they are weak. No names of rows. */
import { cellIndex, isMasked, type MarkData, strengthOf } from './data';
import { type Box, type Frame, type Scene, type Shape, type Spot, titleShapes } from './scene';

/** Wider pictures show nothing more. */
const MOST_WIDTH = 320;
const MOST_HEIGHT = 400;

export function mapScene(data: MarkData, { width: room, ink, titleLines, height: tall }: Frame): Scene {
  const { rows, columns, title, under } = data;
  const [R, C] = [rows.length, columns.length];
  const [w, h] = [under?.width ?? C, under?.height ?? R];
  const most = Math.min(MOST_HEIGHT, tall ?? MOST_HEIGHT);
  const width = Math.floor(Math.min(room, MOST_WIDTH, (most * w) / h));
  const head = titleShapes(title, { x: 0, width, ink }, titleLines);
  const body = { x: 0, y: head.height, width, height: Math.round((width * h) / w) };
  const boxOf = (row: number, column: number): Box => ({
    x: (column * body.width) / C,
    y: body.y + (row * body.height) / R,
    width: body.width / C,
    height: body.height / R,
  });
  const at = (row: number, column: number): Spot | null => {
    if (row < 0 || column < 0 || row >= R || column >= C) return null;
    const cell = data.cell(row, column);
    if (isMasked(cell)) return null;
    return { cell: cellIndex(data, row, column), row, column, label: cell.label, ...boxOf(row, column) };
  };
  const picture: Shape = under?.href
    ? {
        tag: 'image',
        attributes: {
          ...body,
          href: under.href,
          preserveAspectRatio: 'none',
          'image-rendering': 'pixelated',
          ...(under.isGrey && { filter: 'grayscale(1)' }),
        },
      }
    : { tag: 'rect', attributes: { ...body, fill: ink.masked } };
  return {
    width: body.width,
    height: body.y + body.height,
    shapes: head.shapes,
    under: [picture],
    raster: {
      ...body,
      rows: R,
      columns: C,
      scale: data.scale,
      isOverlay: true,
      strength: (row, column) => {
        const cell = data.cell(row, column);
        return isMasked(cell) ? Number.NaN : strengthOf(data, cell.value);
      },
      isFaint: (row, column) => data.cell(row, column).uncertain ?? false,
    },
    spots: {
      rows: R,
      columns: C,
      at,
      of: (cell) => {
        const index = cell - (data.begin ?? 0);
        return index < 0 ? null : at(Math.floor(index / C), index % C);
      },
      near: (x, y) => at(Math.floor(((y - body.y) * R) / body.height), Math.floor((x * C) / body.width)),
    },
  };
}
