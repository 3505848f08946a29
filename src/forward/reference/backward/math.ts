/** Derivatives of the reference's arithmetic. Nothing here knows a model or a hook site. */
import type { ActivationName } from '../../../model/spec';
import { erfc, type Matrix, rowOf } from '../math';

/** out[k] += sum over n of g[n] * W(firstIn + k -> firstOut + n): `addProduct` transposed. */
export function addTransposed(
  out: Float64Array,
  g: Float64Array,
  w: Matrix,
  firstIn: number,
  firstOut: number,
): void {
  const { data, stride, orientation } = w;
  const [ofIn, ofOut] = orientation === 'in-out' ? [stride, 1] : [1, stride];
  for (let k = 0; k < out.length; k++) {
    const row = (firstIn + k) * ofIn + firstOut * ofOut;
    let dot = 0;
    for (let n = 0; n < g.length; n++) dot += g[n]! * data[row + n * ofOut]!;
    out[k]! += dot;
  }
}

/** g [T, outputs] -> [T, inputs], for a product with the whole matrix. */
export function linearBackward(g: Float64Array, T: number, w: Matrix, inputs: number): Float64Array {
  const out = new Float64Array(T * inputs);
  for (let t = 0; t < T; t++) addTransposed(rowOf(out, t, inputs), rowOf(g, t, g.length / T), w, 0, 0);
  return out;
}

/** g: of the shares p = softmax(scores) over runs of S columns; a sink's share is not among them. */
export function softmaxBackward(g: Float64Array, p: Float64Array, S: number): Float64Array {
  const out = new Float64Array(g.length);
  for (let start = 0; start < g.length; start += S) {
    let mean = 0;
    for (let i = start; i < start + S; i++) mean += p[i]! * g[i]!;
    for (let i = start; i < start + S; i++) out[i] = p[i]! * (g[i]! - mean);
  }
  return out;
}

/** The slope of `softcapped` where it has this value. */
export function capSlope(capped: number, cap: number | null): number {
  return cap === null ? 1 : 1 - (capped / cap) ** 2;
}

/** The slope of `clipped` where it has this value. */
export function clipSlope(value: number, most: number | null): number {
  return most === null || Math.abs(value) < most ? 1 : 0;
}

/** The slope of x * sigmoid(a x). */
function sigmoidSlope(x: number, a: number): number {
  const s = 1 / (1 + Math.exp(-a * x));
  return s + a * x * s * (1 - s);
}

/** The slopes of `ACTIVATIONS`. */
export const SLOPES: Readonly<Record<ActivationName, (x: number) => number>> = {
  gelu_new: (x) => {
    const c = Math.sqrt(2 / Math.PI);
    const t = Math.tanh(c * (x + 0.044715 * x ** 3));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
  },
  gelu: (x) => 0.5 * erfc(-x / Math.SQRT2) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  silu: (x) => sigmoidSlope(x, 1),
  relu: (x) => (x > 0 ? 1 : 0),
  quick_gelu: (x) => sigmoidSlope(x, 1.702),
  tanh: (x) => 1 - Math.tanh(x) ** 2,
};
