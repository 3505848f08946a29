/** What whole rows of logits say, in float64: log-probabilities, entropy, divergence, the likeliest tokens. */

export type Logits = Float32Array | Float64Array;

/** log p of every token. */
export function logProbabilities(logits: Logits): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  for (const x of logits) max = Math.max(max, x);
  let total = 0;
  for (const x of logits) total += Math.exp(x - max);
  const logSumExp = max + Math.log(total);
  return Float64Array.from(logits, (x) => x - logSumExp);
}

/** -sum p log p, in nats. */
export function entropy(logits: Logits): number {
  let sum = 0;
  for (const log of logProbabilities(logits)) sum -= Math.exp(log) * log;
  return sum;
}

/** KL(p || q) = sum p (log p - log q), in nats. */
export function divergence(p: Logits, q: Logits): number {
  const [logP, logQ] = [logProbabilities(p), logProbabilities(q)];
  let sum = 0;
  for (const [i, log] of logP.entries()) sum += Math.exp(log) * (log - logQ[i]!);
  return sum;
}

/** Ids of the k largest logits, largest first; of equal ones the smaller id first. */
export function topTokens(logits: Logits, k: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (best.length === k && logits[id]! <= logits[best[k - 1]!]!) continue;
    let at = best.length;
    while (at > 0 && logits[best[at - 1]!]! < logits[id]!) at--;
    best.splice(at, 0, id);
    if (best.length > k) best.pop();
  }
  return best;
}
