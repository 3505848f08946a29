/** The trace as a stand-alone SVG file. */
import type { Metric } from '../../results/document';
import { colourBarScene } from '../../view/marks/colourBar';
import { heatmap } from '../../view/marks/heatmap';
import type { Sheet } from '../../view/marks/markup';
import { fileMultiples } from '../../view/marks/multiples';
import { paper } from '../../view/marks/scene';
import { traceBar, traceMarks, type TraceView } from './select';

const BETWEEN = 24;

/** `sentence` is its title. */
export function traceSheet(view: TraceView, metric: Metric, sentence: string): Sheet {
  const { width, pictures } = fileMultiples(heatmap, traceMarks(view), paper);
  const bar = { scene: colourBarScene(traceBar(view, metric), { ink: paper }), x: width + BETWEEN, y: 0 };
  return { lines: [sentence], scenes: [...pictures, bar], notes: view.legend.slice(0, 1) };
}
