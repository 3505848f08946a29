/** What somebody asks for, before anything is resolved. Text as typed; see `experiments/trace/resolve`. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import { tracedToken } from '../common/spec';
import { askedWindow } from '../common/window';

const traceQuestion = z
  .object({
    version: z.literal(1).optional(),
    kind: z.literal('causal-trace').optional(),
    /** Whoever opens models reads it; the open one is asked. */
    model: z.object({ id: z.string(), revision: z.string().optional() }).optional(),
    prompt: z.string(),
    bos: z.boolean().optional(),
    /** Subject text; 'X#2' is its second occurrence. Either this or subjectRange. */
    subject: z.string().optional(),
    /** Token positions [begin, end), BOS counted. */
    subjectRange: z.tuple([z.number(), z.number()]).readonly().optional(),
    /** Text of the answer (first token counts), or its token; default: what the model says. */
    answer: z.union([z.string(), tracedToken]).optional(),
    distractor: z.union([z.string(), tracedToken]).optional(),
    metric: z.enum(['p', 'logprob', 'logit-diff', 'rank']).optional(),
    /** Corrupt by tokens: the other prompt, same number of tokens. */
    corruptTo: z.string().optional(),
    /** 's3' (default), 's<k>', or a number: the standard deviation of the noise itself. */
    noise: z.string().optional(),
    samples: z.number().optional(),
    seed: z.number().optional(),
    kinds: z
      .array(z.enum(['hidden', 'mlp', 'attn']))
      .readonly()
      .optional(),
    window: askedWindow.optional(),
    /** Groups of tokens restored together; 'subject' is the whole subject. */
    groups: z.array(z.string()).readonly().optional(),
  })
  .strict();

export type TraceQuestion = z.infer<typeof traceQuestion>;

/** Throws one sentence with the path, what it found and what it expected. */
export function parseQuestion(json: unknown): TraceQuestion {
  return parseWith(traceQuestion, json, 'trace');
}
