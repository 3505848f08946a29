/** A heatmap's names: of rows, of columns, of rows that are folded into one line. */
import { inkOn } from '../../ui/colour';
import { append, maxOf } from '../../util/lists';
import { type Fold, type MarkData, type RowName, strengthOf } from './data';
import { type Box, fitted, type Ink, label, type Shape, textWidth, wrapped } from './scene';

/** Height of a name. */
export const LINE = 12;
const LINE_HEIGHT = 15;
const LONGEST_NAME = 84;
const [LEAST_LABELS, MOST_LABELS, MOST_TITLE] = [24, 148, 56];

/** Width of the row names. */
export function rowNamesWidth({
  rows,
  rowTitle = '',
  fold,
}: Pick<MarkData, 'rows' | 'rowTitle' | 'fold'>): number {
  const longest = maxOf(
    rows.map(({ text, marked }) => textWidth(text) * 1.09 + (marked ? 8 : 0)),
    Math.max(fold ? textWidth(foldName(fold)) : 0, Math.min(MOST_TITLE, textWidth(rowTitle))),
  );
  return longest === 0 ? 0 : Math.round(Math.min(MOST_LABELS, Math.max(LEAST_LABELS, longest + 10)));
}

export function rowName({ text, marked }: RowName, row: number, box: Box, ink: Ink): Shape[] {
  const [x, y] = [box.width - 8, box.y + box.height / 2 + 4];
  const style = { fill: marked ? ink.text : ink.soft, 'font-size': 12, 'text-anchor': 'end' };
  const star = marked ? 6 : 0;
  const name = fitted(text, (box.width - 8 - star) / 1.05);
  const words = label(x - star, y, name, marked ? { ...style, 'text-decoration': 'underline' } : style);
  return [{ ...words, row }, ...(marked ? [{ ...label(x, y, '*', style), row }] : [])];
}

const foldName = ({ count, what, isOpen }: Fold): string => `${isOpen ? '▾' : '▸'} ${count} ${what}`;

/** In the colour of its cells, which are alike; a line over its rows if they are shown. */
export function foldShapes(
  data: MarkData,
  fold: Fold,
  { x, y, width, height }: Box,
  ink: Ink,
): { readonly name: Shape[]; readonly across: Shape[] } {
  const middle = y + height / 2 + 4;
  const whole = `${fold.where}: ${fold.says}`;
  const words = textWidth(whole) > width - 16 ? fold.says : whole;
  const alike = data.cell(fold.isOpen ? 0 : -1, 0);
  const fill = fold.isOpen ? 'none' : ink.colour(data.scale)(strengthOf(data, alike.value));
  const style = { fill: fold.isOpen ? ink.soft : inkOn(fill) };
  return {
    name: x === 0 ? [] : [label(x - 8, middle, foldName(fold), { fill: ink.soft, 'text-anchor': 'end' })],
    across: [
      { tag: 'rect', attributes: { x, y, width: width - 1, height: height - 1, fill } },
      label(x + 8, middle, fitted(words, width - 16), style),
    ],
  };
}

export function corner({ rowTitle }: MarkData, width: number, y: number, ink: Ink): Shape[] {
  if (!rowTitle || width === 0) return [];
  const style = { fill: ink.soft, 'text-anchor': 'end' };
  return [label(width - 8, y + 13, fitted(rowTitle, width - 8), style)];
}

/** Column names: horizontal if they fit, else vertical; only some if numeric or too many. */
export function columnNames(
  { columns, columnTitle }: MarkData,
  { x, y, width, height }: Box,
  cell: number,
  ink: Ink,
): { shapes: Shape[]; height: number } {
  const bottom = y + height;
  const longest = maxOf(columns.map(textWidth));
  const isUpright = longest + 4 <= cell || longest < 22;
  const every = nth((isUpright ? longest + 4 : LINE) / cell, columns);
  const shapes = columns.flatMap((name, column): Shape[] => {
    if (column % every !== 0) return [];
    const middle = x + (column + 0.5) * cell;
    const style = { fill: ink.soft, 'text-anchor': isUpright ? 'middle' : 'end' };
    if (isUpright) return [{ ...label(middle, bottom + 13, name, style), column }];
    const transform = `rotate(-90 ${middle + 4} ${bottom + 4})`;
    return [
      { ...label(middle + 4, bottom + 4, fitted(name, LONGEST_NAME), { ...style, transform }), column },
    ];
  });
  let foot = isUpright ? 17 : Math.min(longest, LONGEST_NAME) + 8;
  const style = { fill: ink.soft, 'text-anchor': 'middle' };
  if (columnTitle) {
    const lines = wrapped(columnTitle, Math.max(120, width));
    append(
      shapes,
      lines.map((line, i) => label(x + width / 2, bottom + foot + 12 + i * LINE_HEIGHT, line, style)),
    );
    foot += lines.length * LINE_HEIGHT + 3;
  }
  return { shapes, height: foot };
}

/** Writes every n-th name: for numbers n is 1, 2, 5, 10, 20, ... */
export function nth(least: number, names: readonly string[]): number {
  if (least <= 1) return 1;
  if (!names.every((name) => /^\d+$/.test(name))) return Math.ceil(least);
  const unit = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((step) => step * unit).find((step) => step >= least)!;
}
