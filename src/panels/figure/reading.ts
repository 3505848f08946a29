/** How to read a figure, in two sentences. */
import type { Figure } from '../../results/document';
import { TRAITS } from '../../view/marks/traits';

export function howToRead({ axes, drawn, measures, unit, ranges, intervals }: Figure): string {
  const across = axes.at(-1)!.name;
  const down = axes.at(-2)?.name;
  const size = measures ?? unit;
  const doubt = (ranges ?? intervals) === undefined ? '' : '; hatched cells may be chance';
  if (drawn === 'map')
    return `A cell lies over its part of the picture; the stronger the colour, the more ${size}. Tap a cell for its numbers${doubt}.`;
  return TRAITS[drawn].isColoured && down !== undefined
    ? `A row is a ${down}, a column a ${across}; the stronger the colour, the more ${size}. Tap a cell for its numbers${doubt}.`
    : `It shows ${size} by ${across}. Tap a point for its numbers.`;
}
