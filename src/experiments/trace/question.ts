/** A trace's question as typed; see `experiments/trace/resolve`. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import { tracedToken } from '../common/spec';
import { askedWindow } from '../common/window';

export const traceQuestion = z
  .object({
    version: z.literal(1).optional(),
    kind: z.literal('causal-trace').optional(),
    /** Read by whoever opens models; the trace runs on the open one. */
    model: z.object({ id: z.string(), revision: z.string().optional() }).optional(),
    prompt: z.string(),
    bos: z.boolean().optional(),
    /** Subject text; 'X#2' is its second occurrence. Either this or subjectRange. */
    subject: z.string().optional(),
    /** Token positions [begin, end), BOS counted. */
    subjectRange: z.tuple([z.number(), z.number()]).readonly().optional(),
    /** Text of the answer (its first token counts), or a token; default: the model's prediction. */
    answer: z.union([z.string(), tracedToken]).optional(),
    distractor: z.union([z.string(), tracedToken]).optional(),
    metric: z.enum(['p', 'logprob', 'logit-diff', 'rank']).optional(),
    /** Corrupt by tokens: another prompt of the same length. */
    corruptTo: z.string().optional(),
    /** 's3' (default), 's<k>', or the noise's own standard deviation. */
    noise: z.string().optional(),
    samples: z.number().optional(),
    seed: z.number().optional(),
    kinds: z
      .array(z.enum(['hidden', 'mlp', 'attn']))
      .readonly()
      .optional(),
    window: askedWindow.optional(),
    /** Groups restored together; 'subject' is the whole subject. */
    groups: z.array(z.string()).readonly().optional(),
  })
  .strict();

export type TraceQuestion = z.infer<typeof traceQuestion>;

/** Throws one sentence with path, got and expected. */
export function parseQuestion(json: unknown): TraceQuestion {
  return parseWith(traceQuestion, json, 'trace');
}
