/** Fields of every study's spec: model, cases, metric. All resolved into numbers. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';

export const position = z.number().int().nonnegative().max(MOST.tokens);
/** A block index, or a boundary between blocks. */
export const layer = z.number().int().nonnegative().max(MOST.layers);
export const tokenId = z.number().int().nonnegative();
export const tokenIds = z.array(tokenId).min(1).max(MOST.tokens);
export const promptText = z.string().max(MOST.text);

/** One token; `typed` is the full text if it was several tokens. */
export const tracedToken = z.object({ id: tokenId, typed: z.string().optional() }).strict();
export type TracedToken = z.infer<typeof tracedToken>;

export const metrics = ['p', 'logprob', 'logit-diff', 'rank'] as const;
export type MetricName = (typeof metrics)[number];

/** What answer ids mean: a classifier's classes; absent: tokens. */
export const outcomes = z.literal('classes').optional();

/** One prompt, its answer, and its distractor or twin. */
export const studyCase = z
  .object({
    prompt: promptText,
    tokens: tokenIds,
    /** Positions [begin, end) of the subject. */
    subject: z.object({ begin: position, end: position }).strict().optional(),
    answer: tracedToken,
    distractor: tracedToken.optional(),
    /** Row of the answer's logits: encoder's mask, classifier's first; absent: the last. */
    answerRow: position.optional(),
    /** The corrupted twin: another prompt of the same length. */
    corrupted: z.object({ prompt: promptText, tokens: tokenIds }).strict().optional(),
    /** Its source, e.g. 'capital:France'; cases of one subject share the part after the colon. */
    label: z.string().optional(),
  })
  .strict();

export type StudyCase = z.infer<typeof studyCase>;

/** The fields of every study's spec; an experiment adds `kind` and its own. */
export const studyFields = {
  version: z.literal(1),
  model: z.object({ id: z.string(), revision: z.string() }).strict(),
  bos: z.boolean(),
  /** The task set of the cases, and its file's hash. */
  set: z.object({ name: z.string(), sha256: z.string() }).strict().optional(),
  cases: z.array(studyCase).min(1).max(MOST.cases),
  /** Items of the set that do not fit this model, and why. */
  leftOut: z
    .array(z.object({ label: z.string(), reason: z.string() }).strict())
    .max(MOST.setRows)
    .optional(),
  metric: z.enum(metrics),
  outcomes,
  /** Leave out cases unless the model predicts the answer with p of at least 0.5. */
  onlyKnown: z.boolean().default(false),
  /**
   * Number and seed of the draws of sign flips (max-t) and clusters (bootstrap-t of divergences).
   * The name predates the rules: other intervals resample nothing.
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
export type StudySpec = z.infer<typeof base>;

/** Row whose logits give a case's answer. */
export function answerRowOf({ answerRow, tokens }: Pick<StudyCase, 'answerRow' | 'tokens'>): number {
  return answerRow ?? tokens.length - 1;
}
