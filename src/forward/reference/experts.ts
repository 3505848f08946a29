/** A mixture of experts in float64: the router's choices, and the sum over the chosen experts. */
import { type ExpertMatrix, expertMatrix } from '../../model/experts';
import { type ExpertsSpec, expertsOf } from '../../model/spec';
import { ACTIVATIONS, clipped, linear, rowOf, softmaxRows } from './math';
import { matrix, optional, type Pass } from './pass';

/** x [T, D] -> [T, D], before any norm. */
export function experts(pass: Pass, l: number, x: Float64Array): Float64Array {
  const { spec, T, at } = pass;
  const name = `blocks.${l}`;
  const mixture = expertsOf(spec, l)!;
  const D = spec.dModel;
  const { count: X, active: A } = mixture;
  const router = matrix(pass, `${name}.mlp.W_gate`, D, X);
  const logits = at(
    `${name}.mlp.hook_router_logits`,
    linear(x, T, router, { first: 0, width: X }, optional(pass, mixture.bias, `${name}.mlp.b_gate`)),
  );
  const weights = at(`${name}.mlp.hook_expert_weights`, softmaxRows(logits, X));
  const chosen = new Float64Array(T * A);
  for (let t = 0; t < T; t++) chosen.set(largest(rowOf(weights, t, X), A), t * A);
  at(`${name}.mlp.hook_expert_indices`, chosen);
  const out = new Float64Array(T * D);
  for (let t = 0; t < T; t++) {
    const choices = rowOf(chosen, t, A);
    const shares = sharesOf(rowOf(weights, t, X), choices, mixture);
    const row = rowOf(out, t, D);
    for (const [j, choice] of choices.entries()) {
      const y = expert(pass, l, expertAt(choice, X), rowOf(x, t, D));
      for (let d = 0; d < D; d++) row[d]! += shares[j]! * y[d]!;
    }
  }
  return out;
}

/** Indices of the `active` largest weights, largest first, NaN before all; ties by index. */
function largest(weights: Float64Array, active: number): number[] {
  const rank = (e: number) => (Number.isNaN(weights[e]) ? Number.POSITIVE_INFINITY : weights[e]!);
  const order = Array.from(weights.keys()).sort((a, b) =>
    rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : a - b,
  );
  return order.slice(0, active);
}

/** The expert named by a number in hook_expert_indices, which an edit may have written. */
export const expertAt = (index: number, count: number): number =>
  Number.isFinite(index) ? Math.min(Math.max(Math.floor(index + 0.5), 0), count - 1) : 0;

/** The factor of each chosen expert's output; 0 if no weight is left. */
export function sharesOf(
  weights: Float64Array,
  choices: Float64Array,
  { count, renormalised }: ExpertsSpec,
): Float64Array {
  const own = choices.map((choice) => (Number.isFinite(choice) ? weights[expertAt(choice, count)]! : choice));
  const total = own.reduce((sum, weight) => sum + weight, 0);
  return renormalised && total !== 0 ? own.map((weight) => weight / total) : own;
}

/** One position [D] through expert e of block l. */
function expert(pass: Pass, l: number, e: number, x: Float64Array): Float64Array {
  const { post } = hiddenOf(pass, l, e, x);
  return product(pass, expertMatrix(pass.spec, l, 'out'), e, post, pass.spec.dModel);
}

/** The hidden layer of expert e of block l for one position [D]; `gate` and `linear` are clamped. */
export function hiddenOf(pass: Pick<Pass, 'spec' | 'weight'>, l: number, e: number, x: Float64Array) {
  const { spec } = pass;
  const { width: M, clamp } = expertsOf(spec, l)!;
  const act = ACTIVATIONS[spec.mlp.act];
  const gate = product(pass, expertMatrix(spec, l, 'gate'), e, x, M).map((y) => atMost(y, clamp));
  const linear = product(pass, expertMatrix(spec, l, 'in'), e, x, M).map((y) => clipped(y, clamp));
  return { gate, linear, post: gate.map((y, i) => act(y) * factorOf(linear[i]!, clamp)) };
}

/** What the linear part multiplies the activation by. */
export const factorOf = (linear: number, clamp: number | null): number =>
  clamp === null ? linear : linear + 1;

/** min(x, most), or x without a clamp; NaN and infinity are kept. */
const atMost = (x: number, most: number | null): number =>
  most !== null && Number.isFinite(x) ? Math.min(x, most) : x;

/** x [K] times expert e's matrix, plus its bias: [N]. */
function product(
  { weight }: Pick<Pass, 'weight'>,
  m: ExpertMatrix,
  e: number,
  x: Float64Array,
  N: number,
): Float64Array {
  const data = weight(m.weight);
  const bias = m.bias && weight(m.bias.weight);
  return Float64Array.from({ length: N }, (_, n) => {
    const first = m.first + e * m.expert + n * m.col;
    let sum = m.bias ? bias![m.bias.first + e * m.bias.expert + n * m.bias.col]! : 0;
    for (let k = 0; k < x.length; k++) sum += x[k]! * data[first + k * m.row]!;
    return sum;
  });
}
