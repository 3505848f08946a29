/** A mixture of experts backward: the chosen experts, and their weights. Choices have no gradient. */
import { type ExpertLetter, type ExpertMatrix, expertMatrix } from '../../../model/experts';
import { isNormedBefore } from '../../../model/norms';
import { expertsOf } from '../../../model/spec';
import { expertAt, factorOf, hiddenOf, sharesOf } from '../experts';
import { ACTIVATIONS, rowOf, sum } from '../math';
import { weighted } from '../norm';
import { matrix } from '../pass';
import { linearBackward, SLOPES, softmaxBackward } from './math';
import type { BackwardPass } from './pass';

/** g: of the sum over the chosen experts, [T, D] -> of what they and the router read, [T, D]. */
export function expertsBackward(back: BackwardPass, l: number, g: Float64Array): Float64Array {
  const { spec, T, at, values } = back;
  const name = `blocks.${l}`;
  const mixture = expertsOf(spec, l)!;
  const D = spec.dModel;
  const { count: X, active: A } = mixture;
  const x = read(back, name);
  const weights = values(`${name}.mlp.hook_expert_weights`);
  const chosen = values(`${name}.mlp.hook_expert_indices`).after;
  const gX = new Float64Array(T * D);
  const gWeights = new Float64Array(T * X);
  for (let t = 0; t < T; t++) {
    const choices = rowOf(chosen, t, A);
    const own = rowOf(weights.after, t, X);
    const shares = sharesOf(own, choices, mixture);
    const gShares = new Float64Array(A);
    for (const [j, choice] of choices.entries()) {
      const of = { e: expertAt(choice, X), x: rowOf(x, t, D), share: shares[j]! };
      gShares[j] = expertBackward(back, l, of, rowOf(g, t, D), rowOf(gX, t, D));
    }
    const mean = mixture.renormalised
      ? gShares.reduce((total, slope, j) => total + slope * shares[j]!, 0)
      : 0;
    const total = choices.reduce((all, choice) => all + own[expertAt(choice, X)]!, 0);
    const divisor = mixture.renormalised && total !== 0 ? total : 1;
    for (const [j, choice] of choices.entries())
      gWeights[t * X + expertAt(choice, X)]! += (gShares[j]! - mean) / divisor;
  }
  const softened = softmaxBackward(at(`${name}.mlp.hook_expert_weights`, gWeights), weights.before, X);
  const logits = at(`${name}.mlp.hook_router_logits`, softened);
  return sum(gX, linearBackward(logits, T, matrix(back, `${name}.mlp.W_gate`, D, X), D));
}

/** What the MLP reads: its norm's output, or its copy of the stream. */
function read(back: BackwardPass, name: string): Float64Array {
  if (!isNormedBefore(back.spec)) return back.values(`${name}.hook_mlp_in`).after;
  return weighted(back, `${name}.ln2`, back.values(`${name}.ln2.hook_normalized`).after);
}

/**
 * g [D]: of the sum. Adds to `gX` [D] what goes through expert e, and returns the gradient of its
 * share: g times the expert's output.
 */
function expertBackward(
  back: BackwardPass,
  l: number,
  { e, x, share }: { readonly e: number; readonly x: Float64Array; readonly share: number },
  g: Float64Array,
  gX: Float64Array,
): number {
  const { spec } = back;
  const { clamp } = expertsOf(spec, l)!;
  const through = (letter: ExpertLetter, gradient: Float64Array, K: number) =>
    productBackward(back.weight, expertMatrix(spec, l, letter), e, gradient, K);
  const { gate, linear, post } = hiddenOf(back, l, e, x);
  const gPost = through('out', g, post.length);
  const [act, slope] = [ACTIVATIONS[spec.mlp.act], SLOPES[spec.mlp.act]];
  const isWithin = (value: number, least: number) => clamp === null || (value < clamp && value > least);
  const gGate = gPost.map((value, i) =>
    isWithin(gate[i]!, Number.NEGATIVE_INFINITY)
      ? share * value * slope(gate[i]!) * factorOf(linear[i]!, clamp)
      : 0,
  );
  const gLinear = gPost.map((value, i) =>
    isWithin(linear[i]!, -(clamp ?? 0)) ? share * value * act(gate[i]!) : 0,
  );
  for (const [letter, gradient] of [
    ['gate', gGate],
    ['in', gLinear],
  ] as const)
    for (const [d, value] of through(letter, gradient, x.length).entries()) gX[d]! += value;
  const { bias } = expertMatrix(spec, l, 'out');
  const ofBias = bias
    ? g.reduce(
        (dot, value, d) =>
          dot + value * back.weight(bias.weight)[bias.first + e * bias.expert + d * bias.col]!,
        0,
      )
    : 0;
  return gPost.reduce((dot, value, i) => dot + value * post[i]!, ofBias);
}

/** g [N] -> [K]: expert e's matrix transposed. */
function productBackward(
  weight: BackwardPass['weight'],
  m: ExpertMatrix,
  e: number,
  g: Float64Array,
  K: number,
): Float64Array {
  const data = weight(m.weight);
  return Float64Array.from({ length: K }, (_, k) => {
    const first = m.first + e * m.expert + k * m.row;
    return g.reduce((dot, value, n) => dot + value * data[first + n * m.col]!, 0);
  });
}
