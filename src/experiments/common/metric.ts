/** From what is known of a logits row to a metric, in float64. */
import type { MetricRow } from '../../forward/request/types';
import type { RowMetric } from '../../forward/request/contract';
import type { Bounds } from './average';
import { answerRowOf, type MetricName, type StudyCase, type StudySpec } from './spec';

/** One metric from what is known of a logits row. */
export function metricValue(metric: MetricName, row: RowMetric): number {
  if (metric === 'p') return Math.exp(row.answer - row.logSumExp);
  if (metric === 'logprob') return row.answer - row.logSumExp;
  if (metric === 'logit-diff') return row.answer - row.distractor;
  return row.rank;
}

/** Which logits a case's runs are reduced to. */
export function metricRow(one: StudyCase): MetricRow {
  const { answer, distractor } = one;
  return { row: answerRowOf(one), answer: answer.id, ...(distractor ? { distractor: distractor.id } : {}) };
}

/** What draws of a level, or of the difference of two levels, lie within; absent where nothing bounds them. */
export function metricBounds(metric: MetricName, of: 'level' | 'difference'): Bounds | undefined {
  if (metric !== 'p') return undefined;
  return of === 'level' ? [0, 1] : [-1, 1];
}

/** What a metric is counted in. */
export function metricUnit(metric: MetricName): string {
  return { p: 'probability', logprob: 'nats', 'logit-diff': 'logits', rank: 'places' }[metric];
}

/** The model's most likely next token is the answer, with p of at least 0.5. */
export function isKnown(one: StudyCase, clean: RowMetric): boolean {
  return clean.argmax === one.answer.id && metricValue('p', clean) >= 0.5;
}

/** The metric in words, quotations between asterisks: 'p(*Paris*)'; of several prompts 'p of the answer'. */
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
