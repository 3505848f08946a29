/** Legend of colours, widths and dashes, for page and file. */
import type { Theme } from '../../ui/colour';
import type { Sides } from './overlay';
import { DASHED, DOTTED, edgeInk, SIDE_DASHES } from './stroke';

export interface LegendItem {
  readonly words: string;
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
  readonly opacity: number;
}

/** `sides`: drawn edges of each of two merged graphs; null: one graph. */
export function legendItems(theme: Theme, sides: Sides | null): LegendItem[] {
  const { supports, opposes, unknown, only } = edgeInk(theme);
  const item = (words: string, colour: string, width: number, dash: readonly number[] = [], opacity = 1) => ({
    words,
    colour,
    width,
    dash,
    opacity,
  });
  const inBoth = sides ? `in both (${sides.shared}): ` : '';
  const looks = sides
    ? [
        item(`only in A (${sides.a})`, only.a, 3, SIDE_DASHES.a),
        item(`only in B (${sides.b})`, only.b, 3, SIDE_DASHES.b),
        item('not measured, or cut', unknown, 1.5),
      ]
    : [item('estimated', supports, 2.5, DOTTED), item('not measured, or cut', unknown, 1.5, DASHED)];
  return [
    item(`${inBoth}supports the answer`, supports, 4),
    item('opposes it', opposes, 4),
    ...looks,
    item('interval includes 0', supports, 2.5, [], 0.35),
  ];
}
