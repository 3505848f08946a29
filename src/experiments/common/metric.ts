/** Metrics from a reduced logits row, in float64. */
import type { MetricRow } from '../../forward/request/types';
import type { RowMetric } from '../../forward/request/contract';
import type { Bounds } from './average';
import { answerRowOf, type MetricName, type StudyCase, type StudySpec } from './spec';

export function metricValue(metric: MetricName, row: RowMetric): number {
  if (metric === 'p') return Math.exp(row.answer - row.logSumExp);
  if (metric === 'logprob') return row.answer - row.logSumExp;
  if (metric === 'logit-diff') return row.answer - row.distractor;
  return row.rank;
}

/** The logits that a case's runs are reduced to. */
export function metricRow(one: StudyCase): MetricRow {
  const { answer, distractor } = one;
  return { row: answerRowOf(one), answer: answer.id, ...(distractor ? { distractor: distractor.id } : {}) };
}

/** Bounds of a level, or of a difference of levels; absent: unbounded. */
export function metricBounds(metric: MetricName, of: 'level' | 'difference'): Bounds | undefined {
  if (metric !== 'p') return undefined;
  return of === 'level' ? [0, 1] : [-1, 1];
}

export function metricUnit(metric: MetricName): string {
  return { p: 'probability', logprob: 'nats', 'logit-diff': 'logits', rank: 'places' }[metric];
}

/** The answer is the model's most likely next token, with p of at least 0.5. */
export function isKnown(one: StudyCase, clean: RowMetric): boolean {
  return clean.argmax === one.answer.id && metricValue('p', clean) >= 0.5;
}

/** The metric in words: 'p(*Paris*)'; over several prompts 'p of the answer'. */
export function metricText({ cases, metric }: StudySpec, outcome: (id: number) => string): string {
  const [only, another] = cases;
  const quoted = (id: number) => `*${outcome(id).trim()}*`;
  const answer = another ? 'the answer' : quoted(only!.answer.id);
  if (metric === 'logit-diff') {
    const distractor = another ? 'the distractor' : quoted(only!.distractor!.id);
    return `the logit difference of ${answer} and ${distractor}`;
  }
  if (another) return `${{ p: 'p', logprob: 'log p', rank: 'the rank' }[metric]} of the answer`;
  return { p: `p(${answer})`, logprob: `log p(${answer})`, rank: `the rank of ${answer}` }[metric];
}
