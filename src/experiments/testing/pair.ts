/** The pair of prompts that a file of `reference/goldens/experiments` is about, as a study's question. */

export interface Pair {
  readonly clean: readonly number[];
  readonly corrupted: readonly number[];
  readonly answer: number;
  readonly distractor: number;
}

/** Without `kind`; the metric is the logit difference, and nothing is normalised. */
export function pairQuestion({ clean, corrupted, answer, distractor }: Pair): Record<string, unknown> {
  const other = { prompt: 'corrupted', tokens: corrupted };
  return {
    version: 1,
    model: { id: 'golden', revision: 'local' },
    bos: false,
    metric: 'logit-diff',
    cases: [
      {
        prompt: 'clean',
        tokens: clean,
        corrupted: other,
        answer: { id: answer },
        distractor: { id: distractor },
      },
    ],
  };
}

/** The goldens' words for metrics. */
export const GOLDEN_METRICS = { 'logit-diff': 'logitDifference', p: 'p' } as const;
