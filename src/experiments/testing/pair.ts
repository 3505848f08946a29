/** The prompt pair of a file in `reference/goldens/experiments`, as a study's question. */
import { z } from 'zod';

const tokens = z.array(z.number());

export const pair = z.object({
  clean: tokens,
  corrupted: tokens,
  answer: z.number(),
  distractor: z.number(),
});

export type Pair = z.infer<typeof pair>;

/** Nested lists of numbers, one level per axis. */
export const nested = z.array(z.union([z.number(), z.array(z.unknown())]));

export const flatNumbers = (values: readonly unknown[]): number[] => values.flat(4) as number[];

/** Levels by the goldens' names of metrics. */
export const levels = z.object({ logitDifference: nested, p: nested });

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

/** The goldens' names of metrics. */
export const GOLDEN_METRICS = { 'logit-diff': 'logitDifference', p: 'p' } as const;
