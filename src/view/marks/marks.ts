/** All marks with their code; loaded for the first picture that is not a heatmap. */
import { barsScene } from './bars';
import { heatmapScene } from './heatmap';
import { linesScene } from './lines';
import { mapScene } from './map';
import type { Mark } from './mark';
import { planeScene } from './plane';
import { tableScene } from './table';
import { type MarkName, TRAITS } from './traits';

export const MARKS: Readonly<Record<MarkName, Mark>> = {
  heatmap: { ...TRAITS.heatmap, scene: ([data], frame) => heatmapScene(data!, frame) },
  lines: { ...TRAITS.lines, scene: ([data], frame) => linesScene(data!, frame) },
  bars: { ...TRAITS.bars, scene: ([data], frame) => barsScene(data!, frame) },
  table: { ...TRAITS.table, scene: ([data], frame) => tableScene(data!, frame) },
  path: { ...TRAITS.path, scene: (all, frame) => planeScene(all, frame, true) },
  scatter: { ...TRAITS.scatter, scene: (all, frame) => planeScene(all, frame, false) },
  map: { ...TRAITS.map, scene: ([data], frame) => mapScene(data!, frame) },
  beside: { ...TRAITS.beside, scene: ([data], frame) => tableScene(data!, frame) },
};
