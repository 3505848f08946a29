/**
 * The reference's float64 arithmetic: rows, matrices, norms, activations, softmax, as plain loops.
 * A tensor is one Float64Array of T rows x width, row-major. Nothing here knows a model or a hook
 * site.
 */
import type { ActivationName, NormSpec } from '../../model/spec';
import { CLOSED, MASKED_SCORE } from '../../util/masked';

/**
 * A weight matrix as stored: 'in-out' [in, out] (GPT-2) or 'out-in' [out, in] (all others, and
 * tables used as unembeddings).
 */
export interface Matrix {
  readonly data: Float32Array;
  /** Length of one stored row. */
  readonly stride: number;
  readonly orientation: 'in-out' | 'out-in';
}

/** out[n] += sum over k of x[k] * W(firstIn + k -> firstOut + n). */
export function addProduct(
  out: Float64Array,
  x: Float64Array,
  w: Matrix,
  firstIn: number,
  firstOut: number,
): void {
  const { data, stride, orientation } = w;
  if (orientation === 'in-out') {
    for (let k = 0; k < x.length; k++) {
      const a = x[k]!;
      const row = (firstIn + k) * stride + firstOut;
      for (let n = 0; n < out.length; n++) out[n]! += a * data[row + n]!;
    }
    return;
  }
  for (let n = 0; n < out.length; n++) {
    const row = (firstOut + n) * stride + firstIn;
    let dot = 0;
    for (let k = 0; k < x.length; k++) dot += x[k]! * data[row + k]!;
    out[n]! += dot;
  }
}

/** x [T, in] -> [T, width]: outputs [first, first + width) of the matrix, plus their bias. */
export function linear(
  x: Float64Array,
  T: number,
  w: Matrix,
  { first, width }: { first: number; width: number },
  bias: Float32Array | null,
): Float64Array {
  const out = new Float64Array(T * width);
  for (let t = 0; t < T; t++) {
    const row = rowOf(out, t, width);
    if (bias) row.set(bias.subarray(first, first + width));
    addProduct(row, rowOf(x, t, x.length / T), w, 0, first);
  }
  return out;
}

/** Row `t` of x [T, width]; a view, not a copy. */
export function rowOf(x: Float64Array, t: number, width: number): Float64Array {
  return x.subarray(t * width, (t + 1) * width);
}

/** Whether row i of a equals row j of b, both [rows, width]; without views, for speed. */
export function sameRow(a: Float64Array, i: number, b: Float64Array, j: number, width: number): boolean {
  for (let c = 0; c < width; c++) if (a[i * width + c] !== b[j * width + c]) return false;
  return true;
}

/** Rows `ids` of a table [n, D]. */
export function rowsOf(table: Float32Array, ids: readonly number[], D: number): Float64Array {
  const out = new Float64Array(ids.length * D);
  for (const [t, id] of ids.entries()) out.set(table.subarray(id * D, (id + 1) * D), t * D);
  return out;
}

export function sum(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
  return out;
}

/** x [T, D] -> [T, heads, D], repeating each row for every head. */
export function repeatHeads(x: Float64Array, T: number, D: number, heads: number): Float64Array {
  const out = new Float64Array(T * heads * D);
  for (let t = 0; t < T; t++)
    for (let h = 0; h < heads; h++) rowOf(out, t * heads + h, D).set(rowOf(x, t, D));
  return out;
}

/** Sees, and may change, a norm's hook_scale [rows, 1], then its hook_normalized [rows, width]. */
export type NormHook = (part: 'hook_scale' | 'hook_normalized', x: Float64Array) => Float64Array;

/** A norm of rows of `width`, without weight and bias. */
export function normalize(
  x: Float64Array,
  width: number,
  { kind, eps }: Pick<NormSpec, 'kind' | 'eps'>,
  at: NormHook,
): Float64Array {
  const out = x.slice();
  const scale = new Float64Array(x.length / width);
  for (let r = 0; r < scale.length; r++) {
    const [begin, end] = [r * width, (r + 1) * width];
    let total = 0;
    if (kind === 'layer') for (let i = begin; i < end; i++) total += x[i]!;
    let squares = 0;
    for (let i = begin; i < end; i++) {
      out[i]! -= total / width;
      squares += out[i]! * out[i]!;
    }
    scale[r] = Math.sqrt(squares / width + eps);
  }
  at('hook_scale', scale);
  for (let i = 0; i < out.length; i++) out[i]! /= scale[Math.floor(i / width)]!;
  return at('hook_normalized', out);
}

/** x * (w + shift) + b over rows as long as the weight; null means absent. */
export function affine(
  x: Float64Array,
  w: Float32Array | null,
  b: Float32Array | null,
  shift: number,
): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++)
    out[i] = x[i]! * (w ? w[i % w.length]! + shift : 1) + (b ? b[i % b.length]! : 0);
  return out;
}

/**
 * Softmax over runs of S columns. Masked entries become exactly 0, even if the whole run is masked.
 * With sinks, run i has an extra score, sinks[i % sinks.length], whose share goes to no column.
 */
export function softmaxRows(
  scores: Float64Array,
  S: number,
  sinks: Float32Array | null = null,
): Float64Array {
  const out = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += S) {
    const end = start + S;
    const sink = sinks ? sinks[(start / S) % sinks.length]! : MASKED_SCORE;
    let max = sink;
    for (let i = start; i < end; i++) max = Math.max(max, scores[i]!);
    let total = sinks ? Math.exp(sink - max) : 0;
    for (let i = start; i < end; i++) {
      out[i] = scores[i]! <= CLOSED ? 0 : Math.exp(scores[i]! - max);
      total += out[i]!;
    }
    if (total !== 0) for (let i = start; i < end; i++) out[i]! /= total;
  }
  return out;
}

/** cap * tanh(x / cap), or x without a cap. */
export function softcapped(x: number, cap: number | null): number {
  return cap === null ? x : cap * Math.tanh(x / cap);
}

/** min(max(x, -most), most), or x without a clip. NaN and infinity are kept. */
export function clipped(x: number, most: number | null): number {
  return most === null || !Number.isFinite(x) ? x : Math.min(Math.max(x, -most), most);
}

/**
 * 1 - erf(x), to about 1e-15 relative. Below 1 from the series erf(x) = 2/sqrt(pi) exp(-x^2) sum
 * 2^n x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6, all terms of one sign), above from the
 * continued fraction 7.1.14.
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 1) return 1 - erfSeries(x);
  let tail = x;
  for (let n = 200; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

function erfSeries(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; term > total * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The activations of `ModelSpec.mlp.act`. */
export const ACTIVATIONS: Readonly<Record<ActivationName, (x: number) => number>> = {
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  gelu: (x) => 0.5 * x * erfc(-x / Math.SQRT2),
  silu: (x) => x * sigmoid(x),
  relu: (x) => Math.max(x, 0),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  tanh: Math.tanh,
};
