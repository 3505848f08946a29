/** A change painted by hand: cells of a grid over a site's maps, set to a value. Pure. */
import type { NetEdit } from '../../model/netRun';
import { append } from '../../util/lists';
import { range } from '../../util/range';

export interface Brush {
  readonly site: string;
  /** Channels that are set; null: all. */
  readonly channels: readonly number[] | null;
  /** Of the grid. */
  readonly rows: number;
  readonly columns: number;
  /** Painted cells, row by row. */
  readonly cells: readonly boolean[];
  /** One value per channel that is set, or one for all. */
  readonly values: readonly number[];
}

/** Cells along the longer edge of a picture. */
const CELLS = 16;

/** Nothing is painted yet. `size`: rows and columns of the site's maps. */
export function newBrush(
  site: string,
  { height, width }: { readonly height: number; readonly width: number },
  set: Pick<Brush, 'channels' | 'values'>,
): Brush {
  const each = Math.max(1, Math.ceil(Math.max(height, width) / CELLS));
  const [rows, columns] = [Math.ceil(height / each), Math.ceil(width / each)];
  return { site, rows, columns, cells: Array<boolean>(rows * columns).fill(false), ...set };
}

export const isPainted = ({ cells }: Brush): boolean => cells.includes(true);

export function painted(brush: Brush, cell: number, isOn: boolean): Brush {
  return { ...brush, cells: brush.cells.map((was, i) => (i === cell ? isOn : was)) };
}

/** The edits that set the painted cells; `size`: rows and columns of the site's maps. */
export function editsOf(brush: Brush, size: { readonly height: number; readonly width: number }): NetEdit[] {
  const { site, channels, rows, columns, values } = brush;
  const at = (index: number, count: number, edge: number) => Math.round((index * edge) / count);
  return blocksOf(brush).map(({ top, bottom, left, right }): NetEdit => {
    const [value] = values;
    return {
      site,
      ...(channels && { channels }),
      box: {
        top: at(top, rows, size.height),
        bottom: at(bottom, rows, size.height),
        left: at(left, columns, size.width),
        right: at(right, columns, size.width),
      },
      op: 'set',
      source: values.length === 1 ? { kind: 'constant', value: value! } : { kind: 'vector', values },
    };
  });
}

interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Painted cells as few rectangles: runs of a row, joined with equal runs of the rows above. */
export function blocksOf({ rows, columns, cells }: Pick<Brush, 'rows' | 'columns' | 'cells'>): Block[] {
  let open: Block[] = [];
  const done: Block[] = [];
  for (const row of range(0, rows)) {
    const runs = runsOf(cells.slice(row * columns, (row + 1) * columns));
    const next = runs.map(([left, right]) => {
      const above = open.find((block) => block.left === left && block.right === right);
      return { top: above?.top ?? row, bottom: row + 1, left, right };
    });
    append(
      done,
      open.filter((block) => !next.some(({ top, left }) => top === block.top && left === block.left)),
    );
    open = next;
  }
  return [...done, ...open];
}

/** [begin, end) of the runs of painted cells in a row. */
function runsOf(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const [i, isOn] of row.entries()) {
    if (!isOn) continue;
    if (i > 0 && row[i - 1]) runs.at(-1)![1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}
