/** Colour bars of small multiples: a strip per scale on one axis, with named levels beside it. */
import type { Scale } from '../../ui/colour';
import { append, maxOf, minOf } from '../../util/lists';
import { type Ink, label, type Scene, type Shape, STILL, textWidth, wrapped } from './scene';

export interface ColourBar {
  readonly scales: readonly Scale[];
  readonly caption: string;
  /** Values of the faintest and the strongest colour (descending for ranks, e.g.). */
  readonly domain: readonly [number, number];
  readonly marks: readonly { readonly value: number; readonly text: string }[];
  /** Dots beside the strips, e.g. the floor's draws. */
  readonly dots?: readonly number[];
}

const [STRIP, BETWEEN] = [8, 1];
const STEPS = 36;
export const BAR_WIDTH = 116;
const LINE = 12;

/** `height` of the strips in pixels. */
export function colourBarScene(
  { scales, caption, domain, marks, dots = [] }: ColourBar,
  { ink, height: tall = 144 }: { readonly ink: Ink; readonly height?: number },
): Scene {
  const [floor, top] = domain;
  const values = [floor, top, ...marks.map((mark) => mark.value)];
  const end = top >= floor ? maxOf(values) : minOf(values);
  const lines = wrapped(caption, BAR_WIDTH);
  const head = lines.length * LINE + 10;
  const reach = end === floor ? 1 : end - floor;
  const along = (value: number) => head + tall * (1 - Math.min(1, Math.max(0, (value - floor) / reach)));
  const right = scales.length * (STRIP + BETWEEN);
  const shapes: Shape[] = lines.map((line, i) => label(0, 10 + i * LINE, line, { fill: ink.soft }));
  scales.forEach((scale, strip) => {
    const colour = ink.colour(scale);
    const least = scale === 'signed' ? -1 : 0;
    const x = strip * (STRIP + BETWEEN);
    const from = along(top);
    const step = (head + tall - from) / STEPS;
    shapes.push({ tag: 'rect', attributes: { x, y: head, width: STRIP, height: tall, fill: ink.line } });
    for (let i = 0; i < STEPS; i++) {
      const fill = colour(least + ((1 - least) * (STEPS - i - 0.5)) / STEPS);
      // Overlaps slightly, to hide the page between steps.
      const height = i === STEPS - 1 ? step : step + 0.5;
      shapes.push({ tag: 'rect', attributes: { x, y: from + i * step, width: STRIP, height, fill } });
    }
  });
  for (const value of dots)
    shapes.push({
      tag: 'circle',
      attributes: { cx: right + 4, cy: along(value), r: 2, fill: ink.text, 'fill-opacity': 0.45 },
    });
  append(shapes, markShapes(marks, along, right + 8, ink));
  return { width: right + BAR_WIDTH - 16, height: head + tall + LINE, shapes, spots: STILL };
}

/** Level names, moved apart to avoid overlap. */
function markShapes(
  marks: ColourBar['marks'],
  along: (value: number) => number,
  x: number,
  ink: Ink,
): Shape[] {
  let below = Number.POSITIVE_INFINITY;
  return marks
    .map(({ value, text }) => ({ text, at: along(value) }))
    .sort((a, b) => b.at - a.at)
    .flatMap(({ text, at }) => {
      const lines = textWidth(text) > BAR_WIDTH ? wrapped(text, BAR_WIDTH) : [text];
      const y = Math.min(at, below - lines.length * LINE);
      below = y;
      return [
        { tag: 'line' as const, attributes: { x1: x, x2: x + 6, y1: y, y2: y, stroke: ink.soft } },
        ...lines.map((line, i) => label(x + 10, y + 4 + i * LINE, line, { fill: ink.text })),
      ];
    });
}
