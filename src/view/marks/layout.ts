/** Small multiples: a grid of equal pictures with shared axes, as many across as are readable. */
import { maxOf } from '../../util/lists';
import type { MarkData } from './data';
import { MOST_SHAPES } from './heatmap';
import type { Mark } from './mark';
import { rowNamesWidth } from './names';
import { type Frame, type Ink, type Placed, titleLines } from './scene';

export interface Multiples {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Placed[];
}

const GAP = 16;
const MANY = 12;
const LOW_CELL = 8;
const MOST_ROWS = 12;

/** Pictures across, and the width of each without row names. */
export function gridOf(
  count: number,
  room: { readonly width: number; readonly names: number; readonly least: number; readonly gap?: number },
): { readonly across: number; readonly width: number } {
  const { width, names, least, gap = GAP } = room;
  const most = Math.max(1, Math.min(count, Math.floor((width - names + gap) / (least + gap))));
  // Balanced rows: five are three and two, not four and one.
  const across = Math.ceil(count / Math.ceil(count / most));
  return { across, width: Math.floor((width - names - (across - 1) * gap) / across) };
}

export function multiples(mark: Mark, all: readonly MarkData[], frame: Frame): Multiples {
  const { width, hasRowNames = true } = frame;
  if (mark.isJoint) {
    const scene = mark.scene(all, frame);
    return { width: scene.width, height: scene.height, pictures: [{ scene, x: 0, y: 0 }] };
  }
  const [first] = all;
  const names = mark.sharesAxes && hasRowNames ? rowNamesWidth(first!) : 0;
  const isMany = all.length > MANY;
  const least = maxOf(all.map((data) => mark.leastWidth(data, isMany)));
  const grid = gridOf(all.length, { width, names, least });
  // Names far above the last picture of a column are out of sight.
  const isHigh = !isMany && first!.rows.length > MOST_ROWS;
  const cells = all.reduce((sum, { rows, columns }) => sum + rows.length * columns.length, 0);
  const lines = maxOf(all.map(({ title }) => titleLines(title, grid.width).length));
  // Only a single line of pictures fills the height.
  const { height, ...unfilled } = frame;
  const base = height === undefined || isMany || grid.across < all.length ? unfilled : frame;
  const scenes = all.map((data, i) => {
    const isFirst = i % grid.across === 0;
    const below = all[i + grid.across];
    return mark.scene([data], {
      ...base,
      width: grid.width + (isFirst ? names : 0),
      hasRowNames: isFirst && hasRowNames,
      hasColumnNames: isHigh || !below || below.columnTitle !== data.columnTitle,
      titleLines: lines,
      isRaster: cells > MOST_SHAPES,
      ...(isMany ? { cellHeight: LOW_CELL } : {}),
    });
  });
  // A picture may be narrower than its share: cells are whole pixels.
  const step = maxOf(scenes.map((scene, i) => scene.width - (i % grid.across === 0 ? names : 0))) + GAP;
  const pictures: Placed[] = [];
  let y = 0;
  for (let begin = 0; begin < scenes.length; begin += grid.across) {
    const row = scenes.slice(begin, begin + grid.across);
    for (const [i, scene] of row.entries()) pictures.push({ scene, x: i === 0 ? 0 : names + i * step, y });
    y += maxOf(row.map(({ height }) => height)) + GAP;
  }
  return { width: maxOf(pictures.map(({ scene, x }) => x + scene.width)), height: y - GAP, pictures };
}

/** Widest row of small multiples in a file. */
const MOST_FILE = 1400;

export function fileMultiples(mark: Mark, all: readonly MarkData[], ink: Ink): Multiples {
  const [first] = all;
  const names = mark.sharesAxes ? rowNamesWidth(first!) : 0;
  const one = maxOf(all.map((data) => mark.fileWidth(data)));
  const row = mark.isJoint ? one : Math.min(MOST_FILE, names + all.length * (one + GAP) - GAP);
  const width = Math.max(names + one, row);
  return multiples(mark, all, { width, ink });
}
