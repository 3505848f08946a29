/**
 * Converts a request for gradients to runs: the prompts that its edits read, and `run`, which has
 * the gradients. A text becomes tokens and a seed as a study's prompt would.
 */
import { type ChoiceContext, withChoices } from '../experiments/common/choices';
import { resolveStudy } from '../experiments/common/question';
import { seedMetrics, seedOf } from '../experiments/common/seed';
import type { StudyCase } from '../experiments/common/spec';
import type { Run } from '../forward/request/types';
import { quoted } from '../util/parse';
import type { Differentiated, FoundGradients, GradientsRequest } from './api';

const WHERE = 'gradients';

type Known = Pick<FoundGradients, 'tokens' | 'seed'>;

/** The prompt as tokens, and the number to differentiate. Rejects with one sentence. */
export async function resolveDifferentiated(asked: Differentiated, context: ChoiceContext): Promise<Known> {
  if ('tokens' in asked) return { tokens: asked.tokens, seed: asked.seed };
  const { prompt, bos, answer, distractor } = asked;
  const metric = asked.metric ?? (distractor === undefined ? 'logprob' : 'logit-diff');
  if (!seedMetrics.includes(metric))
    throw new Error(
      `${WHERE}: a metric without a gradient, got ${quoted(metric)}, expected ${seedMetrics.map((one) => quoted(one)).join(' or ')}.`,
    );
  if (distractor !== undefined && metric !== 'logit-diff')
    throw new Error(
      `${WHERE}: a distractor is part of a logit difference only, got metric ${quoted(metric)}, expected 'logit-diff'. ` +
        'Leave one of them out.',
    );
  const question = {
    cases: [
      { prompt, ...(answer !== undefined && { answer }), ...(distractor !== undefined && { distractor }) },
    ],
    // The answer of a single logit is found as that of its log-probability.
    metric: metric === 'logit' ? 'logprob' : metric,
    ...(bos !== undefined && { bos }),
  };
  const chosen = await withChoices(question, {}, context);
  const { cases } = await resolveStudy(chosen, WHERE, context);
  const [one] = cases as readonly StudyCase[];
  return { tokens: one!.tokens, seed: { mean: [seedOf(metric, one!)] } };
}

export function gradientRuns(
  { sites, prompts = {}, frozen = [], ...rest }: GradientsRequest,
  { tokens, seed }: Known,
): Run[] {
  const { edits = [], masks = [], rewrites = [], cuts = [], positions = [] } = rest;
  const others = Object.entries(prompts).map(([id, ids]): Run => ({ id, tokens: ids }));
  const gradients = { seed, of: sites.map((site) => ({ site })), frozen };
  // The metric is read so that a run whose logits are not finite is refused. A wrong row is the seed's.
  const row = 'mean' in seed ? seed.mean[0]?.row : undefined;
  const metric = row !== undefined && row in tokens ? { metric: { row, answer: 0 } } : {};
  return [...others, { id: 'run', tokens, edits, masks, rewrites, cuts, positions, gradients, ...metric }];
}
