/**
 * The result document: one finding, whole. Versioned JSON that holds the question (spec), the model, the
 * tokens, the numbers with their intervals, and how they were computed. Panels, links, CSV, SVG and the
 * command line read documents; none of them reads the GPU. The spec is opaque here: `experiments/registry`
 * validates it.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { counters, environment, interval, modelRef, tokenRef } from './parts';
import type { StudyDocument } from './study';
import { quoted } from '../util/parse';

/** Of a trace's document; a study's is in `study.ts`. */
export const DOCUMENT_VERSION = 2;

const index = z.number().int().nonnegative();
const values = z.array(z.number());
const pairs = z.array(interval);
const flags = z.array(z.boolean());
/** [row][layer]; rows are token positions. */
const grid = z.array(values);

/** A quantity that is linear in the last residual stream, by which effects are tested. */
const testedBy = z.enum(['logprob', 'logit-diff']);

/**
 * The cell of a kind's map that moves the metric furthest towards the clean run. Of the hidden states the last position
 * does not compete: after the last block it is the output.
 */
const peak = z.object({
  row: index,
  layer: index,
  effect: z.number(),
  /** What other draws would give; null where there are fewer than ten, or none. */
  overNoise: z
    .object({
      by: testedBy,
      /** Effect on that quantity, in nats or logits, and its 95 % interval. */
      effect: z.number(),
      interval,
      /** 'max-t': the interval holds for the whole family at once. */
      rule: z.literal('max-t'),
      /** Cells that it was chosen from. */
      family: z.number().int().positive(),
      /** Share of resamples of the draws in which the same cell is the largest. */
      share: z.number().min(0).max(1),
      /** Cells that cannot be told from it: [row, layer]. */
      alike: z.array(z.tuple([index, index])),
    })
    .nullable(),
});

/** Token positions restored together, e.g. the whole subject; fields as in `kindResult`, per layer. */
const groupResult = z.object({
  name: z.string(),
  rows: z.array(index),
  restored: values,
  effect: values,
  range: pairs.optional(),
  draws: grid.optional(),
  interval: pairs.optional(),
  hatched: flags.optional(),
});

/** One kind of restored state. `restored` and `effect` (restored - corrupted, paired per draw) are means over exactly these draws. */
const kindResult = z.object({
  restored: grid,
  effect: grid,
  /** Lowest and highest restored value of these draws. */
  range: z.array(pairs).optional(),
  /** The restored value in each draw; draw i pairs with `corrupted.draws[i]`. Not in links. */
  draws: z.array(grid).optional(),
  /** Of the effect over the noise, for this cell alone; only where `intervals.rule` gives one. */
  interval: z.array(pairs).optional(),
  /** No effect is shown there, by `intervals.hatching`. */
  hatched: z.array(flags).optional(),
  /** Mean p(answer) per cell; present when the metric is not p. */
  p: grid.optional(),
  groups: z.array(groupResult),
  peak: peak.nullable(),
});

/** Which rules made the intervals of this document, over what (SEMANTICS 3). */
const intervals = z.object({
  /** What differs from draw to draw; 'nothing': the subject was replaced, once. */
  varies: z.enum(['noise', 'nothing']),
  draws: z.number().int().positive().max(MOST.samples),
  /** Of levels and cells: hedged capital for p, Student's t (paired for cells) for log p and logit differences. */
  rule: z.enum(['hedged', 't', 'none']),
  /** Numbers of draws at which a hedged interval may be read; its 5 % are shared among them. */
  looks: z.array(z.number().int().positive()).optional(),
  /** What decides which cells are hatched: max-t over a kind's cells, and one sign in 90 % of the draws. */
  hatching: z.union([testedBy, z.literal('none')]),
  /** What was left out, in plain sentences. */
  notes: z.array(z.string()).optional(),
});

/** More draws of one number, for an interval that is narrow enough to be read. */
const tightened = z.object({
  /** The corrupted level, or the effect of a cell; rows behind the tokens are groups. */
  at: z.union([
    z.literal('corrupted'),
    z.object({ kind: z.enum(['hidden', 'mlp', 'attn']), row: index, layer: index }),
  ]),
  draws: z.number().int().positive().max(MOST.samples),
  mean: z.number(),
  /** Lowest and highest of these draws. */
  range: interval,
  interval,
  rule: z.enum(['hedged', 't']),
  looks: z.array(z.number().int().positive()),
});

const nextToken = z.object({
  id: z.number().int().nonnegative(),
  token: z.string(),
  clean: z.object({ p: z.number(), logit: z.number() }),
  /** Mean over the corrupted draws. */
  corrupted: z.object({ p: z.number(), logit: z.number() }),
});

export const traceDocument = z.object({
  format: z.literal('loci'),
  version: z.literal(DOCUMENT_VERSION),
  kind: z.literal('causal-trace'),
  /** The resolved question, see `experiments/trace/spec`. */
  spec: z.record(z.string(), z.unknown()),
  model: modelRef,
  tokens: z.array(tokenRef).max(MOST.tokens),
  answer: tokenRef,
  distractor: tokenRef.optional(),
  /** What the model says on the clean prompt. */
  predicted: z.object({ id: z.number().int().nonnegative(), token: z.string(), p: z.number() }),
  /** The model's argmax is the answer and p >= 0.5. */
  known: z.boolean(),
  metric: z.enum(['p', 'logprob', 'logit-diff', 'rank']),
  clean: z.object({ metric: z.number(), p: z.number() }),
  /** Means over the draws, whose metric `draws` lists; `range` is its lowest and highest. */
  corrupted: z.object({
    metric: z.number(),
    p: z.number(),
    range: interval.optional(),
    draws: values.optional(),
    interval: interval.optional(),
  }),
  intervals,
  tightened: z.array(tightened).optional(),
  nextTokens: z.array(nextToken),
  kinds: z.object({ hidden: kindResult.optional(), mlp: kindResult.optional(), attn: kindResult.optional() }),
  counters,
  environment,
});

export type TraceDocument = z.infer<typeof traceDocument>;
export type KindResult = z.infer<typeof kindResult>;
export type GroupResult = z.infer<typeof groupResult>;
export type Peak = z.infer<typeof peak>;
export type Intervals = z.infer<typeof intervals>;
export type Tightened = z.infer<typeof tightened>;
export type Interval = z.infer<typeof interval>;
/** Every kind of document that this version can read. */
export type ResultDocument = TraceDocument | StudyDocument;
export type TraceKind = keyof TraceDocument['kinds'];
export type Metric = TraceDocument['metric'];

export function isTrace(document: ResultDocument): document is TraceDocument {
  return document.kind === 'causal-trace';
}

/** Throws one sentence where a trace is needed and something else came. */
export function asTrace(document: ResultDocument): TraceDocument {
  if (isTrace(document)) return document;
  throw new Error(`document: is a study, got ${quoted(document.kind)}, expected a causal trace.`);
}
