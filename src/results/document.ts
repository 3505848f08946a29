/**
 * The result document: one complete finding of any experiment. Versioned JSON with the question
 * (spec), model, tokens, numbers with intervals, and how they were computed. All numbers are
 * figures: labelled arrays, shared by one panel, table, CSV, printer and link format. The spec is
 * opaque here: `experiments/registry` validates it.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { graph } from './graph';
import { counters, environment, interval, modelRef, tokenRef } from './parts';

const index = z.number().int().nonnegative();
const draws = z.array(z.number()).max(MOST.samples);
const base64 = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/);

const axis = z.object({
  /** Its dimension, e.g. 'layer', 'position', 'head'. */
  name: z.string(),
  /** One per entry. */
  labels: z.array(z.string()).min(1).max(MOST.cells),
  /** Numeric place of each entry (a dose, a number of edges); absent for names. */
  at: z.array(z.number()).optional(),
  /** Token ids, if the entries are vocabulary tokens. */
  ids: z.array(index).optional(),
  /** Token positions of each group; groups are the last entries, earlier ones single tokens. */
  groups: z.array(z.array(index).min(1)).min(1).optional(),
  /** Entries [begin, end) that are the subject; of numeric places, those that are usual. */
  marked: z.tuple([index, index]).optional(),
  /** Range [begin, end) of each entry, if wider than itself: layers restored together. */
  covers: z.array(z.tuple([index, index])).optional(),
});

/** A reference level, e.g. corrupted (0) and clean (1) of a normalised scale. */
const level = z.object({
  name: z.string(),
  value: z.number(),
  /** Smallest and largest draw or cluster. */
  range: interval.optional(),
  interval: interval.optional(),
  /** The level in each draw. Not in links. */
  draws: draws.optional(),
});

/** The eligible cell that moves furthest from the floor towards the clean run. */
const peak = z.object({
  cell: index,
  /** What other draws would give; null below ten draws. */
  overNoise: z
    .object({
      /** A quantity linear in the last residual stream, used to test effects. */
      by: z.enum(['logprob', 'logit-diff']),
      /** Effect on that quantity, in nats or logits, and its 95 % interval. */
      effect: z.number(),
      interval,
      /** 'max-t': simultaneous over the family. */
      rule: z.literal('max-t'),
      /** Number of candidate cells. */
      family: z.number().int().positive(),
      /** Share of resamples that name the same cell. */
      share: z.number().min(0).max(1),
      /** Cells that cannot be told apart from it. */
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
  /** Unit of the values: 'logits', 'probability', 'nats', 'share', ... */
  unit: z.string(),
  /** The measured quantity, e.g. 'p(Paris)'; labels the colour bar instead of the unit. */
  measures: z.string().optional(),
  /** Values are shares, shown in percent. */
  percent: z.literal(true).optional(),
  /** Null: undefined, masked. */
  values: z.array(z.number().nullable()),
  /**
   * 95 % intervals over `varies`, by `rule`; null for none. With a `floor`: of the paired
   * difference from it.
   */
  intervals: z.array(interval.nullable()).optional(),
  /** Smallest and largest of what varies, if too few for an interval. */
  ranges: z.array(interval.nullable()).optional(),
  /** Rule of the intervals, e.g. 'Student t, 15 degrees of freedom'; absent: an older version's. */
  rule: z.string().max(200).optional(),
  /** Each cell's values by draw; draw i pairs with the levels' draw i. Not in links. */
  draws: z.array(draws).optional(),
  /** Cells without an effect, by `hatching`. Absent: those whose interval or range includes 0. */
  hatched: z.array(z.boolean()).optional(),
  /** One or two sentences: which cells are hatched, or why none is. */
  hatching: z.string().optional(),
  peak: peak.optional(),
  /** A word per cell, e.g. the top token. */
  texts: z.array(z.string()).optional(),
  /** Population of the intervals, and its size: {what: 'prompts', n: 16}. */
  varies: z.object({ what: z.string(), n: z.number().int().positive() }).optional(),
  levels: z.array(level).optional(),
  /** The level where a one-sided scale starts; default 0. */
  floor: z.string().optional(),
  /**
   * Best mark. The last axis runs across, the one before down; further axes make small multiples.
   * For a path or scatter the last axis holds the coordinates, the one before the points. 'beside':
   * not drawn, but read beside the cells of others. 'map': over a picture, whose rows and columns
   * are the last two axes.
   */
  drawn: z.enum(['heatmap', 'lines', 'bars', 'table', 'path', 'scatter', 'map', 'beside']),
  /** The picture under a map. */
  over: index.optional(),
  /** 'signed': diverging around 0; the others: sequential, up or down from the floor. */
  scale: z.enum(['signed', 'positive', 'negative']),
  /** Colour of a one-sided scale, if a group's figures differ; default purple. */
  hue: z.enum(['purple', 'green', 'red', 'blue']).optional(),
  /** One sentence: the quantity, and how it was measured. */
  caption: z.string().optional(),
});

/** More draws of one number, for a narrower interval. */
const tightened = z.object({
  /** The number's level or cell; its difference from the floor. */
  at: z.union([z.string(), z.object({ figure: z.string(), cell: index })]),
  draws: z.number().int().positive().max(MOST.samples),
  mean: z.number(),
  /** Smallest and largest of these draws. */
  range: interval,
  interval,
  rule: z.enum(['hedged', 't']),
  /** Looks at which the interval was read; they share its 5 %. */
  looks: z.array(z.number().int().positive()),
});

/** A picture as data, so that a map can be read without the file. */
const picture = z.object({
  name: z.string(),
  /** Of the file; absent if the net made the picture. */
  sha256: z.string().max(64).optional(),
  width: index,
  height: index,
  /** Base64 of a PNG, perhaps smaller than the picture. Absent in links. */
  png: base64(MOST.text).optional(),
  /** The same in at most 1 KB, which links hold. */
  thumb: base64(1400).optional(),
});

export const DOCUMENT_VERSION = 3;

export const resultDocument = z.object({
  format: z.literal('loci'),
  version: z.literal(DOCUMENT_VERSION),
  /** The experiment's, e.g. 'activation-patching'. */
  kind: z.string(),
  /** The resolved question, validated by the experiment. */
  spec: z.record(z.string(), z.unknown()),
  model: modelRef,
  /** Tokens of the first case. */
  tokens: z.array(tokenRef).max(MOST.tokens),
  /** Short title for lists, e.g. 'France → Paris'. */
  title: z.string().optional(),
  /** Shown above the finding: the model does not know the answer. */
  warning: z.string().optional(),
  /** One sentence with its number; quotations in asterisks. */
  finding: z.string(),
  /** Caveats: the model does not know the answer, cases were skipped, what is not shown. */
  notes: z.array(z.string()).max(MOST.entries),
  figures: z.array(figure).max(MOST.figures),
  graph: graph.optional(),
  /** Pictures that maps lie over, as the net sees or makes them. */
  pictures: z.array(picture).max(MOST.figures).optional(),
  /** For one prompt: the answer, its probability on the clean run, and its distractor. */
  answer: tokenRef.extend({ p: z.number() }).optional(),
  distractor: tokenRef.optional(),
  /** The model's prediction on the clean prompt. */
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
  /** Edited runs that changed nothing downstream, out of all edited runs, with examples. */
  unchanged: z
    .object({ runs: z.number().int(), of: z.number().int(), examples: z.array(z.string()) })
    .optional(),
  counters,
  environment,
});

export type Figure = z.infer<typeof figure>;
export type DocumentPicture = z.infer<typeof picture>;
export type FigureAxis = z.infer<typeof axis>;
export type Level = z.infer<typeof level>;
export type Peak = z.infer<typeof peak>;
export type Tightened = z.infer<typeof tightened>;
export type ResultDocument = z.infer<typeof resultDocument>;
