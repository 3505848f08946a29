/** Metrics as numbers that have a gradient. */
import type { LogitScalar } from '../../forward/request/seeds';
import { answerRowOf, type MetricName, type StudyCase } from './spec';

/** A rank has no derivative; a single logit is no metric, since it moves with all the others. */
export type SeedMetric = Exclude<MetricName, 'rank'> | 'logit';

export const seedMetrics = ['logit', 'logit-diff', 'logprob', 'p'] as const satisfies readonly SeedMetric[];

/** The metric of a case's answer, as a number of its logits. */
export function seedOf(metric: SeedMetric, one: StudyCase): LogitScalar {
  const row = answerRowOf(one);
  const { answer, distractor } = one;
  if (metric === 'p') return { row, of: 'prob', token: answer.id };
  if (metric === 'logprob') return { row, of: 'logProb', token: answer.id };
  const away = metric === 'logit' ? [] : [[distractor!.id, -1] as const];
  return { row, of: 'logits', weights: [[answer.id, 1], ...away] };
}
