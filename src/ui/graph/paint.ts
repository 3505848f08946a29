/** Curves on a canvas, stroked together if they look alike. */
import { NUMBERS } from './curves';

export interface Stroke {
  readonly colour: string;
  readonly opacity: number;
  readonly width: number;
  readonly dash: readonly number[];
}

/** Long paths stroke slowly: the canvas tests them against themselves. */
const TOGETHER = 64;

/** Paints `edges` in order, batching equal neighbours. `scale`: device pixels per pixel. */
export function paintCurves(
  context: CanvasRenderingContext2D,
  curves: Float32Array,
  edges: Iterable<number>,
  strokeOf: (edge: number) => Stroke,
): void {
  let last: Stroke | null = null;
  let held = 0;
  context.lineCap = 'butt';
  for (const edge of edges) {
    const stroke = strokeOf(edge);
    if (stroke !== last || held === TOGETHER) {
      if (held > 0) context.stroke();
      if (stroke !== last) {
        context.strokeStyle = stroke.colour;
        context.globalAlpha = stroke.opacity;
        context.lineWidth = stroke.width;
        context.setLineDash(stroke.dash as number[]);
        last = stroke;
      }
      context.beginPath();
      held = 0;
    }
    const o = edge * NUMBERS;
    context.moveTo(curves[o]!, curves[o + 1]!);
    context.bezierCurveTo(
      curves[o + 2]!,
      curves[o + 3]!,
      curves[o + 4]!,
      curves[o + 5]!,
      curves[o + 6]!,
      curves[o + 7]!,
    );
    held++;
  }
  if (held > 0) context.stroke();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** A blank canvas of this size in CSS pixels, at device resolution. */
export function prepareCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
