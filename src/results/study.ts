/**
 * A study's document: the finding of any experiment but the causal trace, whose document is older and has fields of its
 * own. All its numbers are figures: labelled arrays that one panel, one table, one CSV and one printer can show.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { graph } from './graph';
import { counters, environment, interval, modelRef, tokenRef } from './parts';

const axis = z.object({
  /** What runs along it, e.g. 'layer', 'position', 'head'. */
  name: z.string(),
  /** One per entry. */
  labels: z.array(z.string()).min(1).max(MOST.cells),
  /** Where each entry stands on a scale of numbers (a dose, a number of edges); absent for names. */
  at: z.array(z.number()).optional(),
});

/** A labelled array. `values`, `intervals` and `texts` are row-major in the order of `axes`. */
export const figure = z.object({
  /** Identifier within the document, e.g. 'attn_head_out_all_pos'. */
  name: z.string(),
  title: z.string(),
  axes: z.array(axis).min(1).max(MOST.axes),
  /** What a value is counted in: 'logits', 'probability', 'nats', 'share', ... */
  unit: z.string(),
  /** Null: undefined there, masked. */
  values: z.array(z.number().nullable()),
  /** 95 % intervals over what `varies` names, by `rule`; null where there is none. */
  intervals: z.array(interval.nullable()).optional(),
  /** Least and most of what varies, where it is too little for an interval. */
  ranges: z.array(interval.nullable()).optional(),
  /** The rule that made the intervals, e.g. 'Student t, 15 degrees of freedom'; absent: that of an older version. */
  rule: z.string().max(200).optional(),
  /** A word per cell, e.g. the top token. */
  texts: z.array(z.string()).optional(),
  /** What the intervals are over, and how many: {what: 'prompts', n: 16}. */
  varies: z.object({ what: z.string(), n: z.number().int().positive() }).optional(),
  /** Levels to read values against, e.g. corrupted (0) and clean (1) of a normalised scale. */
  levels: z.array(z.object({ name: z.string(), value: z.number() })).optional(),
  /**
   * How it is best seen. The last axis runs across, the one before down; further axes make small multiples. Of a path and
   * of scattered points the last axis are the two coordinates, the one before the points.
   */
  drawn: z.enum(['heatmap', 'lines', 'bars', 'table', 'path', 'scatter']),
  /** 'signed': a diverging scale around 0; 'positive': a sequential one from 0. */
  scale: z.enum(['signed', 'positive']),
  /** One sentence: what is seen here and how it was measured. */
  caption: z.string().optional(),
});

export const STUDY_VERSION = 1;

export const studyDocument = z.object({
  format: z.literal('loci'),
  version: z.literal(STUDY_VERSION),
  /** The experiment's, e.g. 'activation-patching'. */
  kind: z.string(),
  /** The resolved question; validated by the experiment. */
  spec: z.record(z.string(), z.unknown()),
  model: modelRef,
  /** Tokens of the first case. */
  tokens: z.array(tokenRef).max(MOST.tokens),
  /** One sentence with its number; quotations from prompts between asterisks. */
  finding: z.string(),
  /** What has to be known to read it: the model does not know the answer, cases were skipped, what is not shown. */
  notes: z.array(z.string()).max(MOST.entries),
  figures: z.array(figure).max(MOST.figures),
  /** Of kind 'graph' only. */
  graph: graph.optional(),
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
export type StudyDocument = z.infer<typeof studyDocument>;
