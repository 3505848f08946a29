/** A mixture of experts in float64: the router's choice, position by position, and the sum over the chosen. */
import type { ExpertsSpec } from '../../model/spec';
import { ACTIVATIONS, addProduct, linear, rowOf, softmaxRows } from './math';
import { matrix, type Pass } from './pass';

/** x [T, D] -> [T, D], before any norm. */
export function experts(pass: Pass, name: string, x: Float64Array, mixture: ExpertsSpec): Float64Array {
  const { spec, T, at } = pass;
  const D = spec.dModel;
  const { count: X, active: A } = mixture;
  const router = matrix(pass, `${name}.mlp.W_gate`, D, X);
  const logits = at(`${name}.mlp.hook_router_logits`, linear(x, T, router, { first: 0, width: X }, null));
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
      const y = expert(pass, `${name}.mlp.experts`, expertAt(choice, X), rowOf(x, t, D), mixture.width);
      for (let d = 0; d < D; d++) row[d]! += shares[j]! * y[d]!;
    }
  }
  return out;
}

/** Indices of the `active` largest weights, the largest first; of equal ones the lower index, and NaN before all. */
function largest(weights: Float64Array, active: number): number[] {
  const rank = (e: number) => (Number.isNaN(weights[e]) ? Number.POSITIVE_INFINITY : weights[e]!);
  const order = Array.from(weights.keys()).sort((a, b) =>
    rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : a - b,
  );
  return order.slice(0, active);
}

/** The expert that a number of hook_expert_indices names, which an edit may have written. */
const expertAt = (index: number, count: number): number =>
  Number.isFinite(index) ? Math.min(Math.max(Math.floor(index + 0.5), 0), count - 1) : 0;

/** What each chosen expert's output is multiplied by; 0 where no weight is left. */
function sharesOf(
  weights: Float64Array,
  choices: Float64Array,
  { count, renormalised }: ExpertsSpec,
): Float64Array {
  const own = choices.map((choice) => (Number.isFinite(choice) ? weights[expertAt(choice, count)]! : choice));
  const total = own.reduce((sum, weight) => sum + weight, 0);
  return renormalised && total !== 0 ? own.map((weight) => weight / total) : own;
}

/** One position [D] through expert e, whose matrices lie below those of the experts before it. */
function expert({ spec, weight }: Pass, name: string, e: number, x: Float64Array, M: number): Float64Array {
  const product = (input: Float64Array, letter: 'gate' | 'in' | 'out', outputs: number): Float64Array => {
    const out = new Float64Array(outputs);
    const w = { data: weight(`${name}.W_${letter}`), stride: input.length, orientation: 'out-in' } as const;
    addProduct(out, input, w, 0, e * outputs);
    return out;
  };
  const act = ACTIVATIONS[spec.mlp.act];
  const linearPart = product(x, 'in', M);
  const post = product(x, 'gate', M).map((pre, i) => act(pre) * linearPart[i]!);
  return product(post, 'out', spec.dModel);
}
