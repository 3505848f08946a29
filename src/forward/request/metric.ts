/** Checks which row of logits a metric reads and what it is compared with. */
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';
import { checkNumbers, checkRows } from './checks';
import type { EarlierRuns } from './resolveEdits';
import type { KlReference, MetricRow } from './types';

/** Throws an Error if the model has no such row or token, or if the reference does not exist. */
export function checkMetric(
  spec: ModelSpec,
  id: string,
  metric: MetricRow,
  T: number,
  earlier: EarlierRuns,
): MetricRow {
  const where = `run ${quoted(id)}: metric`;
  if (spec.head === 'none') {
    throw new Error(
      `${where}: the model has no unembedding, got a metric, expected captures only. Leave the metric out.`,
    );
  }
  checkRows(where, [metric.row], T);
  for (const token of [metric.answer, metric.distractor ?? metric.answer]) {
    if (!Number.isInteger(token) || token < 0 || token >= spec.dVocab)
      throw new Error(`${where} token out of range, got ${token}, expected 0..${spec.dVocab - 1}.`);
  }
  if (metric.kl) checkReference(spec, `${where}: kl`, metric.kl, metric.row, earlier);
  return metric;
}

function checkReference(
  spec: ModelSpec,
  where: string,
  reference: KlReference,
  row: number,
  earlier: EarlierRuns,
): void {
  if (reference.kind === 'given') {
    checkNumbers(where, 'log-probabilities', reference.logProbs);
    const n = reference.logProbs.length;
    if (n !== spec.dVocab)
      throw new Error(`${where}: got ${n} log-probabilities, expected ${spec.dVocab}, one per token.`);
    return;
  }
  const from = earlier.get(reference.run);
  if (!from)
    throw new Error(
      `${where}: unknown reference run, got ${quoted(reference.run)}, expected an earlier run's id.`,
    );
  if (row >= from.tokens.length)
    throw new Error(
      `${where}: run ${quoted(reference.run)} has ${from.tokens.length} tokens, got row ${row}, expected a row that it has.`,
    );
}
