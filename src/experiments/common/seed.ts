/** What gradients are taken of: a study's metric. */
import type { LogitScalar } from '../../forward/request/seeds';
import { answerRowOf, type MetricName, type StudyCase } from './spec';

/** The metric as a number of the last logits. A rank has no derivative. */
export function seedOf(metric: Exclude<MetricName, 'rank'>, one: StudyCase): LogitScalar {
  const row = answerRowOf(one);
  const { answer, distractor } = one;
  if (metric === 'p') return { row, of: 'prob', token: answer.id };
  if (metric === 'logprob') return { row, of: 'logProb', token: answer.id };
  const weights = [[answer.id, 1] as const, [distractor!.id, -1] as const];
  return { row, of: 'logits', weights };
}
