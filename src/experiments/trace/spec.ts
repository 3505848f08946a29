/**
 * The causal trace's question, fully resolved: token ids, ranges, sigma and window layers are stored as
 * numbers, so that anybody can recheck a grid without our code.
 */
import { z } from 'zod';

const position = z.number().int().nonnegative();
/** [begin, end) */
const range = z.tuple([position, position]);

export const traceKinds = ['hidden', 'mlp', 'attn'] as const;
export const traceMetrics = ['p', 'logprob', 'logit-diff', 'rank'] as const;

/** One token; `typed` is the text it begins, where somebody typed one of several tokens. */
const traced = z.object({ id: z.number().int().nonnegative(), typed: z.string().optional() });

const noise = z.object({
  type: z.literal('noise'),
  /** e.g. 's3': three times sigma. */
  rule: z.string(),
  /** One sigma: standard deviation of subject-token embeddings. */
  sigma: z.number().nonnegative(),
  /** Noise added = factor x sigma x N(0, 1). */
  factor: z.number().nonnegative(),
  samples: z.number().int().min(1).max(1000),
  seed: z.number().int().min(0).max(0xffffffff),
  stream: z.literal('mt19937-polar'),
});

const replacement = z.object({
  type: z.literal('tokens'),
  /** The corrupted prompt, same length as `tokens`. */
  tokens: z.array(z.number().int().nonnegative()),
});

export const traceSpec = z
  .object({
    version: z.literal(1),
    kind: z.literal('causal-trace'),
    model: z.object({ id: z.string(), revision: z.string() }),
    prompt: z.string(),
    bos: z.boolean(),
    tokens: z.array(z.number().int().nonnegative()).min(1),
    subject: z.object({ begin: position, end: position }),
    /** Position whose logits give the answer: the mask of an encoder; absent: the last one. */
    answerRow: position.optional(),
    answer: traced,
    distractor: traced.optional(),
    corruption: z.discriminatedUnion('type', [noise, replacement]),
    metric: z.enum(traceMetrics),
    direction: z.literal('restore'),
    kinds: z.array(z.enum(traceKinds)).min(1),
    /** layers[l] = [begin, end) of the layers restored together around layer l, for mlp and attn. */
    window: z.object({
      rule: z.enum(['depth', 'fixed', 'rome']),
      size: z.number().int().min(1),
      layers: z.array(range),
    }),
    /** Positions restored together, beside the single tokens. */
    groups: z.array(z.object({ name: z.string(), rows: z.array(position).min(1) })),
  })
  .strict();

export type TraceSpec = z.infer<typeof traceSpec>;

/** Position whose logits give the answer. */
export function answerRow({ answerRow: row, tokens }: Pick<TraceSpec, 'answerRow' | 'tokens'>): number {
  return row ?? tokens.length - 1;
}
