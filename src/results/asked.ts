/**
 * The fields of a question that readers of documents need for words and labels. The rest of the
 * spec is opaque here (`experiments/registry` validates it).
 */
import { z } from 'zod';
import { parseWith } from '../util/parse';
import type { ResultDocument } from './document';

const count = z.number().int().nonnegative();

/** What answer ids mean; absent: tokens. */
const outcomes = z.literal('classes').optional();

/** `typed`: the full text if it was several tokens. */
const token = z.object({ id: count, typed: z.string().optional() });

/** Its prompt is '' if a document holds the tokens alone. */
const twin = z.object({ prompt: z.string(), tokens: z.array(count) });

const subject = z.object({ begin: count, end: count });

const prompted = z.object({
  prompt: z.string(),
  tokens: z.array(count).min(1),
  answerRow: count.optional(),
  answer: token,
  distractor: token.optional(),
});

const asked = prompted.extend({
  bos: z.boolean(),
  subject,
  metric: z.string(),
  outcomes,
  corruption: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('noise'),
      rule: z.string(),
      samples: count.min(1),
      seed: z.number(),
    }),
    z.object({ type: z.literal('tokens'), tokens: z.array(count) }),
  ]),
  window: z.object({ rule: z.string(), size: z.number(), layers: z.array(z.tuple([count, count])) }),
});

export type Asked = z.infer<typeof asked>;

/** The fields of a trace's spec used in its words. Throws one sentence if one is missing. */
export function askedOf(document: Pick<ResultDocument, 'spec'>): Asked {
  return parseWith(asked, document.spec, 'document: spec');
}

const studyCase = prompted.extend({
  subject: subject.optional(),
  corrupted: twin.optional(),
});

const studied = z.object({
  bos: z.boolean(),
  metric: z.string(),
  outcomes,
  cases: z.array(studyCase).min(1),
});

/** A document's prompt; the first one of a study. */
export interface PromptAsked extends z.infer<typeof studyCase>, Pick<Asked, 'bos' | 'metric' | 'outcomes'> {
  /** Number of prompts. */
  readonly cases: number;
}

export function promptOf(document: Pick<ResultDocument, 'spec'>): PromptAsked {
  if (!('cases' in document.spec)) {
    const flat = askedOf(document);
    const { corruption } = flat;
    const corrupted = corruption.type === 'tokens' ? { prompt: '', tokens: corruption.tokens } : undefined;
    return { ...flat, corrupted, cases: 1 };
  }
  const { cases, bos, metric, outcomes } = parseWith(studied, document.spec, 'document: spec');
  return { ...cases[0]!, bos, metric, outcomes, cases: cases.length };
}

/** Null for a question without prompts of this form: its own texts, classes, documents. */
export function promptIn(document: Pick<ResultDocument, 'spec'>): PromptAsked | null {
  try {
    return promptOf(document);
  } catch {
    return null;
  }
}

/** The noun for an answer, from a question's outcomes or a model's head. */
export const outcomeWord = (outcomes: string | undefined): 'token' | 'class' =>
  outcomes === 'classes' ? 'class' : 'token';

/** The answer's row in words. */
export function answerPlace({ outcomes, answerRow }: Pick<Asked, 'outcomes' | 'answerRow'>): string {
  if (outcomes) return 'first';
  return answerRow === undefined ? 'last' : 'masked';
}

/** Row of the answer's logits: an encoder's mask, a classifier's first, else the last. */
export function answerRowOf({ answerRow, tokens }: Asked): number {
  return answerRow ?? tokens.length - 1;
}

/** Whether a row was added to the prompt: BOS, or an encoder's [CLS] and [SEP]. */
export function isAddedRow(
  { bos, tokens, answerRow }: Pick<PromptAsked, 'bos' | 'tokens' | 'answerRow'>,
  row: number,
): boolean {
  return bos && (row === 0 || (answerRow !== undefined && row === tokens.length - 1));
}
