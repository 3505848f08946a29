/** Logits to probabilities, in float64. */

/** log p of every token. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const max = largest(logits);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - max);
  const norm = max + Math.log(sum);
  const logP = new Float64Array(logits.length);
  for (let i = 0; i < logP.length; i++) logP[i] = logits[i]! - norm;
  return logP;
}

/** p of every number; that of -Infinity is 0. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const max = largest(logits);
  const exps = Float64Array.from(logits, (x) => Math.exp(x - max));
  const total = exps.reduce((a, b) => a + b, 0);
  return exps.map((x) => x / total);
}

/** KL(p || q) in nats, from log-probabilities. */
export function klDivergence(logP: Float64Array, logQ: Float64Array): number {
  return logP.reduce((sum, lp, i) => sum + Math.exp(lp) * (lp - logQ[i]!), 0);
}

/** Entropy in nats. */
export function entropy(logP: Float64Array): number {
  return -logP.reduce((sum, lp) => sum + Math.exp(lp) * lp, 0);
}

function largest(values: ArrayLike<number>): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]!);
  return max;
}
