/** The marks that a figure may be drawn with, by the name that documents use. */
import type { Figure } from '../../results/document';
import { barsScene } from './bars';
import { heatmap } from './heatmap';
import { linesScene } from './lines';
import type { Mark } from './mark';
import { path, scatter } from './plane';
import { table } from './table';

/** A chart has axes of its own, and is as wide as it is given room. */
const chart = (scene: Mark['scene']): Mark => ({
  scene,
  leastWidth: () => 320,
  fileWidth: () => 480,
  sharesAxes: false,
  isColoured: false,
});

export const MARKS: Readonly<Record<Figure['drawn'], Mark>> = {
  heatmap,
  lines: chart(linesScene),
  bars: chart(barsScene),
  table,
  path,
  scatter,
  // On the page it is read beside the others.
  beside: table,
};
