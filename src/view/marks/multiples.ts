/** Small multiples: pictures in a grid of equal cells, as many beside each other as can be read, with shared axes. */
import { maxOf } from '../../util/lists';
import type { MarkData } from './data';
import { rowNamesWidth } from './heatmap';
import type { Mark } from './mark';
import type { Frame, Ink, Placed } from './scene';

export interface Multiples {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Placed[];
}

const GAP = 16;
const MANY = 12;
const LOW_CELL = 14;

/** How many pictures stand beside each other, and the width of each without what names the rows. */
export function gridOf(
  count: number,
  room: { readonly width: number; readonly names: number; readonly least: number; readonly gap?: number },
): { readonly across: number; readonly width: number } {
  const { width, names, least, gap = GAP } = room;
  const most = Math.max(1, Math.min(count, Math.floor((width - names + gap) / (least + gap))));
  // As equal as can be: five are three and two, not four and one.
  const across = Math.ceil(count / Math.ceil(count / most));
  return { across, width: Math.floor((width - names - (across - 1) * gap) / across) };
}

export function multiples(mark: Mark, all: readonly MarkData[], frame: Frame): Multiples {
  const { width, hasRowNames = true } = frame;
  const [first] = all;
  const names = mark.sharesAxes && hasRowNames ? rowNamesWidth(first!) : 0;
  const grid = gridOf(all.length, { width, names, least: maxOf(all.map((data) => mark.leastWidth(data))) });
  const scenes = all.map((data, i) => {
    const isFirst = i % grid.across === 0;
    return mark.scene(data, {
      ...frame,
      width: grid.width + (isFirst ? names : 0),
      hasRowNames: isFirst && hasRowNames,
      hasColumnNames: i + grid.across >= all.length,
      ...(all.length > MANY ? { cellHeight: LOW_CELL } : {}),
    });
  });
  // A picture may be narrower than its share, since its cells are whole pixels.
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

/** The width of a file's picture: a row of small multiples is at most so wide. */
const MOST_FILE = 1400;

export function fileMultiples(mark: Mark, all: readonly MarkData[], ink: Ink): Multiples {
  const [first] = all;
  const names = mark.sharesAxes ? rowNamesWidth(first!) : 0;
  const one = maxOf(all.map((data) => mark.fileWidth(data)));
  const width = Math.max(names + one, Math.min(MOST_FILE, names + all.length * (one + GAP) - GAP));
  return multiples(mark, all, { width, ink });
}
