/**
 * Reduces a row of logits, in float64, to the numbers from which every metric is computed
 * (`forward`'s RowMetric).
 */
import { klDivergence, logSoftmax } from './distribution';

/** `reference`: logits or log-probabilities from which the row's divergence is measured. */
export function rowMetric(
  row: Float32Array | Float64Array,
  target: { readonly answer: number; readonly distractor?: number },
  reference?: ArrayLike<number>,
) {
  let argmax = 0;
  for (let id = 1; id < row.length; id++) if (row[id]! > row[argmax]!) argmax = id;
  const max = row[argmax]!;
  const answer = row[target.answer]!;
  let total = 0;
  let rank = 0;
  for (let id = 0; id < row.length; id++) {
    total += Math.exp(row[id]! - max);
    if (row[id]! > answer) rank++;
  }
  return {
    answer,
    distractor: row[target.distractor ?? target.answer]!,
    max,
    argmax,
    logSumExp: max + Math.log(total),
    rank,
    ...(reference ? { kl: Math.max(0, klDivergence(logSoftmax(reference), logSoftmax(row))) } : {}),
  };
}
