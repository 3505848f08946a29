/** Cubic curves in one array: 8 numbers each: begin, two control points, end. */

export const NUMBERS = 8;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Bends the curve, so that curves between vertically aligned nodes do not hide others. */
export function putCurve(into: Float32Array, i: number, from: Point, to: Point, bend: number): void {
  const reach = (from.y - to.y) * 0.42;
  into.set(
    [from.x, from.y, from.x + bend, from.y - reach, to.x + bend, to.y + reach, to.x, to.y],
    i * NUMBERS,
  );
}

export function pointOn(curves: Float32Array, i: number, t: number): Point {
  const o = i * NUMBERS;
  const s = 1 - t;
  const a = s * s * s;
  const b = 3 * s * s * t;
  const c = 3 * s * t * t;
  const d = t * t * t;
  return {
    x: a * curves[o]! + b * curves[o + 2]! + c * curves[o + 4]! + d * curves[o + 6]!,
    y: a * curves[o + 1]! + b * curves[o + 3]! + c * curves[o + 5]! + d * curves[o + 7]!,
  };
}

/** The curve as SVG's path data. */
export function pathData(curves: Float32Array, i: number): string {
  const [a, b, c, d, e, f, g, h] = Array.from(curves.subarray(i * NUMBERS, (i + 1) * NUMBERS), (value) =>
    Number(value.toFixed(1)),
  );
  return `M${a} ${b}C${c} ${d} ${e} ${f} ${g} ${h}`;
}
