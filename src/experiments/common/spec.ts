/** What the specs of all studies share: a model, cases, a metric. Everything is resolved into numbers. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';

export const position = z.number().int().nonnegative().max(MOST.tokens);
/** A block, or where one ends. */
export const layer = z.number().int().nonnegative().max(MOST.layers);
export const tokenId = z.number().int().nonnegative();
export const tokenIds = z.array(tokenId).min(1).max(MOST.tokens);
export const promptText = z.string().max(MOST.text);

/** One token; `typed` is the text it begins, where somebody typed one of several tokens. */
export const tracedToken = z.object({ id: tokenId, typed: z.string().optional() }).strict();

export const metrics = ['p', 'logprob', 'logit-diff', 'rank'] as const;
export type MetricName = (typeof metrics)[number];

/** What ids of answers stand for: the classes of a classifier; absent: tokens. */
export const outcomes = z.literal('classes').optional();

/** One prompt, its answer, and what it is held against. */
export const studyCase = z
  .object({
    prompt: promptText,
    tokens: tokenIds,
    /** Positions [begin, end) of the subject. */
    subject: z.object({ begin: position, end: position }).strict().optional(),
    answer: tracedToken,
    distractor: tracedToken.optional(),
    /** Position whose logits give the answer: an encoder's mask, a classifier's first one; absent: the last one. */
    answerRow: position.optional(),
    /** The corrupted twin: another prompt of as many tokens. */
    corrupted: z.object({ prompt: promptText, tokens: tokenIds }).strict().optional(),
    /** Where it comes from, e.g. 'capital:France'; cases of one subject share the part after the colon. */
    label: z.string().optional(),
  })
  .strict();

export type StudyCase = z.infer<typeof studyCase>;

/** The fields of every study's spec; an experiment adds `kind` and its own. */
export const studyFields = {
  version: z.literal(1),
  model: z.object({ id: z.string(), revision: z.string() }).strict(),
  bos: z.boolean(),
  /** The task set that the cases are from; its file's hash. */
  set: z.object({ name: z.string(), sha256: z.string() }).strict().optional(),
  cases: z.array(studyCase).min(1).max(MOST.cases),
  /** Items of the set that could not become cases of this model, and why. */
  leftOut: z
    .array(z.object({ label: z.string(), reason: z.string() }).strict())
    .max(MOST.setRows)
    .optional(),
  metric: z.enum(metrics),
  outcomes,
  /** Leave out cases whose answer is not what the model says with p of at least 0.5. */
  onlyKnown: z.boolean().default(false),
  /**
   * How often, and of which seed, sign flips (max-t) and clusters (bootstrap-t of divergences) are drawn. The name is older
   * than the rules: other intervals draw nothing again.
   */
  bootstrap: z
    .object({
      samples: z.number().int().min(200).max(100_000),
      seed: z.number().int().min(0).max(0xffffffff),
    })
    .strict()
    .default({ samples: 2000, seed: 1 }),
};

const base = z.object(studyFields);
/** Any study's spec, as far as all of them agree. */
export type StudySpec = z.infer<typeof base>;

/** Position whose logits give a case's answer. */
export function answerRowOf({ answerRow, tokens }: Pick<StudyCase, 'answerRow' | 'tokens'>): number {
  return answerRow ?? tokens.length - 1;
}
