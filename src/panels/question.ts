/** The fields of a document's question that only pictures need, beside those of `results/asked`. */
import { z } from 'zod';
import type { TraceDocument } from '../results/document';
import { parseWith } from '../util/parse';

const drawn = z.object({
  kinds: z.array(z.enum(['hidden', 'mlp', 'attn'])),
  corruption: z.discriminatedUnion('type', [
    z.object({ type: z.literal('noise'), rule: z.string(), samples: z.number(), seed: z.number() }),
    z.object({ type: z.literal('tokens') }),
  ]),
  window: z.object({ rule: z.string(), size: z.number() }),
});

export type DrawnQuestion = z.infer<typeof drawn>;

export function drawnQuestion(document: TraceDocument): DrawnQuestion {
  return parseWith(drawn, document.spec, 'document: spec');
}
