/**
 * The causal trace's question, fully resolved: token ids, ranges, sigma and window layers are
 * stored as numbers, so a grid can be rechecked without our code.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { noise } from '../common/noise';
import { metrics, outcomes, position, promptText, tokenIds } from '../common/spec';
import { windowSpec } from '../common/window';

export const traceKinds = ['hidden', 'mlp', 'attn'] as const;

/** Positions restored together, besides single tokens. */
export const traceGroups = z
  .array(z.object({ name: z.string(), rows: z.array(position).min(1).max(MOST.tokens) }))
  .max(MOST.samples);

/** One token; `typed` is the full text if it was several tokens. */
const traced = z.object({ id: z.number().int().nonnegative(), typed: z.string().optional() });

const replacement = z.object({
  type: z.literal('tokens'),
  /** The corrupted prompt, same length as `tokens`. */
  tokens: tokenIds,
});

export const traceSpec = z
  .object({
    version: z.literal(1),
    kind: z.literal('causal-trace'),
    model: z.object({ id: z.string(), revision: z.string() }),
    prompt: promptText,
    bos: z.boolean(),
    tokens: tokenIds,
    subject: z.object({ begin: position, end: position }),
    /** Row of the answer's logits: encoder's mask, classifier's first; absent: the last. */
    answerRow: position.optional(),
    answer: traced,
    distractor: traced.optional(),
    corruption: z.discriminatedUnion('type', [noise, replacement]),
    metric: z.enum(metrics),
    outcomes,
    direction: z.literal('restore'),
    kinds: z.array(z.enum(traceKinds)).min(1),
    /** Window of layers for mlp and attn. */
    window: windowSpec,
    groups: traceGroups,
  })
  .strict();

export type TraceSpec = z.infer<typeof traceSpec>;

/** Row of the answer's logits. */
export function answerRow({ answerRow: row, tokens }: Pick<TraceSpec, 'answerRow' | 'tokens'>): number {
  return row ?? tokens.length - 1;
}
