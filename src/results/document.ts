/**
 * The result document: one finding of any experiment, whole. Versioned JSON that holds the question
 * (spec), the model, the tokens, the numbers with their intervals, and how they were computed. All
 * its numbers are figures: labelled arrays that one panel, one table, one CSV, one printer and one
 * link format show; none of them reads the GPU. The spec is opaque here: `experiments/registry`
 * validates it.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { graph } from './graph';
import { counters, environment, interval, modelRef, tokenRef } from './parts';

const index = z.number().int().nonnegative();
const draws = z.array(z.number()).max(MOST.samples);

const axis = z.object({
  /** What runs along it, e.g. 'layer', 'position', 'head'. */
  name: z.string(),
  /** One per entry. */
  labels: z.array(z.string()).min(1).max(MOST.cells),
  /** Where each entry stands on a scale of numbers (a dose, a number of edges); absent for names. */
  at: z.array(z.number()).optional(),
  /** Token ids of the entries, where these are tokens of a vocabulary. */
  ids: z.array(index).optional(),
  /** Token positions of each of the last entries, which stand for several; those before are one each. */
  groups: z.array(z.array(index).min(1)).min(1).optional(),
  /** Entries [begin, end) that are the subject. */
  marked: z.tuple([index, index]).optional(),
  /** What each entry stands for, [begin, end), where that is more than itself: layers restored together. */
  covers: z.array(z.tuple([index, index])).optional(),
});

/** A level to read values against, e.g. corrupted (0) and clean (1) of a normalised scale. */
const level = z.object({
  name: z.string(),
  value: z.number(),
  /** Least and most of what varies. */
  range: interval.optional(),
  interval: interval.optional(),
  /** The level in each draw. Not in links. */
  draws: draws.optional(),
});

/**
 * The cell that moves furthest from the floor towards the clean run, among those that may be named.
 */
const peak = z.object({
  cell: index,
  /** What other draws would give; null where there are fewer than ten, or none. */
  overNoise: z
    .object({
      /** A quantity that is linear in the last residual stream, by which effects are tested. */
      by: z.enum(['logprob', 'logit-diff']),
      /** Effect on that quantity, in nats or logits, and its 95 % interval. */
      effect: z.number(),
      interval,
      /** 'max-t': the interval holds for the whole family at once. */
      rule: z.literal('max-t'),
      /** Cells that it was chosen from. */
      family: z.number().int().positive(),
      /** Share of resamples of the draws in which the same cell is the largest. */
      share: z.number().min(0).max(1),
      /** Cells that cannot be told from it. */
      alike: z.array(index),
    })
    .nullable(),
});

/** A labelled array. `values`, `intervals` and `texts` are row-major in the order of `axes`. */
export const figure = z.object({
  /** Identifier within the document, e.g. 'attn_head_out_all_pos'. */
  name: z.string(),
  title: z.string(),
  axes: z.array(axis).min(1).max(MOST.axes),
  /** What a value is counted in: 'logits', 'probability', 'nats', 'share', ... */
  unit: z.string(),
  /** What is measured, e.g. 'p(Paris)'; stands beside a colour bar instead of the unit. */
  measures: z.string().optional(),
  /** Values are shares of one that are shown in percent. */
  percent: z.literal(true).optional(),
  /** Null: undefined there, masked. */
  values: z.array(z.number().nullable()),
  /**
   * 95 % intervals over what `varies` names, by `rule`; null where there is none. With a `floor`: of
   * the difference from it, paired.
   */
  intervals: z.array(interval.nullable()).optional(),
  /** Least and most of what varies, where it is too little for an interval. */
  ranges: z.array(interval.nullable()).optional(),
  /** The rule that made the intervals, e.g. 'Student t, 15 degrees of freedom'; absent: that of an older version. */
  rule: z.string().max(200).optional(),
  /** The value in each draw, a list per cell; draw i pairs with the levels' draw i. Not in links. */
  draws: z.array(draws).optional(),
  /** No effect is shown there, by `hatching`. Without: where an interval or a range includes 0. */
  hatched: z.array(z.boolean()).optional(),
  /** One or two sentences: which cells are hatched, or why none is. */
  hatching: z.string().optional(),
  peak: peak.optional(),
  /** A word per cell, e.g. the top token. */
  texts: z.array(z.string()).optional(),
  /** What the intervals are over, and how many: {what: 'prompts', n: 16}. */
  varies: z.object({ what: z.string(), n: z.number().int().positive() }).optional(),
  levels: z.array(level).optional(),
  /** The level at which a one-sided scale starts; default 0. */
  floor: z.string().optional(),
  /**
   * How it is best seen. The last axis runs across, the one before down; further axes make small
   * multiples. Of a path and of scattered points the last axis are the two coordinates, the one
   * before the points. 'beside': not drawn by itself, read beside the cells of the others.
   */
  drawn: z.enum(['heatmap', 'lines', 'bars', 'table', 'path', 'scatter', 'beside']),
  /** 'signed': a diverging scale around 0; the others: a sequential one, up or down from the floor. */
  scale: z.enum(['signed', 'positive', 'negative']),
  /** The colour of a one-sided scale, where figures of one group differ; default purple. */
  hue: z.enum(['purple', 'green', 'red', 'blue']).optional(),
  /** One sentence: what is seen here and how it was measured. */
  caption: z.string().optional(),
});

/** More draws of one number, for an interval that is narrow enough to be read. */
const tightened = z.object({
  /** A level's name, or a cell, whose difference from the floor it is. */
  at: z.union([z.string(), z.object({ figure: z.string(), cell: index })]),
  draws: z.number().int().positive().max(MOST.samples),
  mean: z.number(),
  /** Lowest and highest of these draws. */
  range: interval,
  interval,
  rule: z.enum(['hedged', 't']),
  /** Numbers of draws at which the interval was read; its 5 % are shared among them. */
  looks: z.array(z.number().int().positive()),
});

export const DOCUMENT_VERSION = 3;

export const resultDocument = z.object({
  format: z.literal('loci'),
  version: z.literal(DOCUMENT_VERSION),
  /** The experiment's, e.g. 'activation-patching'. */
  kind: z.string(),
  /** The resolved question; validated by the experiment. */
  spec: z.record(z.string(), z.unknown()),
  model: modelRef,
  /** Tokens of the first case. */
  tokens: z.array(tokenRef).max(MOST.tokens),
  /** A few words for lists, e.g. 'France → Paris'. */
  title: z.string().optional(),
  /** What stands above the finding: that the model does not know the answer. */
  warning: z.string().optional(),
  /** One sentence with its number; quotations from prompts between asterisks. */
  finding: z.string(),
  /** What has to be known to read it: the model does not know the answer, cases were skipped, what is not shown. */
  notes: z.array(z.string()).max(MOST.entries),
  figures: z.array(figure).max(MOST.figures),
  /** Of kind 'graph' only. */
  graph: graph.optional(),
  /** Of one prompt: the answer, with its probability on the clean run, and what it is told from. */
  answer: tokenRef.extend({ p: z.number() }).optional(),
  distractor: tokenRef.optional(),
  /** What the model says on the clean prompt. */
  predicted: tokenRef.extend({ p: z.number() }).optional(),
  /** The model's argmax is the answer and p >= 0.5. */
  known: z.boolean().optional(),
  tightened: z.array(tightened).max(MOST.entries).optional(),
  cases: z.object({
    asked: z.number().int().positive(),
    measured: z.number().int().nonnegative(),
    skipped: z.array(
      z.object({ case: z.number().int().nonnegative(), label: z.string(), reason: z.string() }),
    ),
  }),
  /** Edited runs whose edit changed nothing downstream, out of all edited runs; `examples` names a few. */
  unchanged: z
    .object({ runs: z.number().int(), of: z.number().int(), examples: z.array(z.string()) })
    .optional(),
  counters,
  environment,
});

export type Figure = z.infer<typeof figure>;
export type FigureAxis = z.infer<typeof axis>;
export type Level = z.infer<typeof level>;
export type Peak = z.infer<typeof peak>;
export type Tightened = z.infer<typeof tightened>;
export type ResultDocument = z.infer<typeof resultDocument>;
