/**
 * What a reader of documents needs of the question. The spec as a whole is opaque here (`experiments/registry`
 * validates it); these few fields are read so that a finding can be worded and a picture labelled.
 */
import { z } from 'zod';
import { parseWith } from '../util/parse';
import type { ResultDocument } from './document';

const count = z.number().int().nonnegative();

/** What ids of answers stand for; absent: tokens. */
const outcomes = z.literal('classes').optional();

const asked = z.object({
  prompt: z.string(),
  bos: z.boolean(),
  tokens: z.array(count).min(1),
  subject: z.object({ begin: count, end: count }),
  answerRow: count.optional(),
  answer: z.object({ id: count }),
  distractor: z.object({ id: count }).optional(),
  metric: z.string(),
  outcomes,
  corruption: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('noise'),
      rule: z.string(),
      samples: count.min(1),
      seed: z.number(),
    }),
    z.object({ type: z.literal('tokens') }),
  ]),
  window: z.object({ rule: z.string(), size: z.number(), layers: z.array(z.tuple([count, count])) }),
});

export type Asked = z.infer<typeof asked>;

/** The fields of a trace's spec that its words are made from. Throws one sentence if the spec lacks one. */
export function askedOf(document: Pick<ResultDocument, 'spec'>): Asked {
  return parseWith(asked, document.spec, 'document: spec');
}

const studied = z.object({
  bos: z.boolean(),
  metric: z.string(),
  outcomes,
  cases: z
    .array(
      z.object({
        prompt: z.string(),
        tokens: z.array(count).min(1),
        subject: z.object({ begin: count, end: count }).optional(),
        answerRow: count.optional(),
        answer: z.object({ id: count }),
        distractor: z.object({ id: count }).optional(),
        corrupted: z.object({ prompt: z.string() }).optional(),
      }),
    )
    .min(1),
});

/** What is known of a document's prompt; of a study's first one. */
export interface PromptAsked
  extends Pick<Asked, 'prompt' | 'bos' | 'tokens' | 'answer' | 'metric' | 'outcomes'> {
  readonly subject?: Asked['subject'] | undefined;
  readonly answerRow?: number | undefined;
  readonly distractor?: Asked['distractor'];
  readonly corrupted?: { readonly prompt: string } | undefined;
  /** How many prompts there are. */
  readonly cases: number;
}

export function promptOf(document: Pick<ResultDocument, 'spec'>): PromptAsked {
  if (!('cases' in document.spec)) return { ...askedOf(document), cases: 1 };
  const { cases, bos, metric, outcomes } = parseWith(studied, document.spec, 'document: spec');
  return { ...cases[0]!, bos, metric, outcomes, cases: cases.length };
}

/** What an answer is, for sentences; of a question's outcomes or a model's head. */
export const outcomeWord = (outcomes: string | undefined): 'token' | 'class' =>
  outcomes === 'classes' ? 'class' : 'token';

/** Which token the answer is read at, for sentences. */
export function answerPlace({ outcomes, answerRow }: Pick<Asked, 'outcomes' | 'answerRow'>): string {
  if (outcomes) return 'first';
  return answerRow === undefined ? 'last' : 'masked';
}

/** Position whose logits give the answer: an encoder's mask, a classifier's first one, else the last one. */
export function answerRowOf({ answerRow, tokens }: Asked): number {
  return answerRow ?? tokens.length - 1;
}

/** Whether a row was added around the prompt: BOS before it; [CLS] before and [SEP] after in an encoder. */
export function isAddedRow(
  { bos, tokens, answerRow }: Pick<PromptAsked, 'bos' | 'tokens' | 'answerRow'>,
  row: number,
): boolean {
  return bos && (row === 0 || (answerRow !== undefined && row === tokens.length - 1));
}
