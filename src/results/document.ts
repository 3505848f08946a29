/**
 * The result document: one finding, whole. Versioned JSON that holds the question (spec), the model, the
 * tokens, the numbers with their intervals, and how they were computed. Panels, links, CSV, SVG and the
 * command line read documents; none of them reads the GPU. The spec is opaque here: `experiments/registry`
 * validates it.
 */
import { z } from 'zod';
import { counters, environment, interval, modelRef, tokenRef } from './parts';
import type { StudyDocument } from './study';

export const DOCUMENT_VERSION = 1;

/** [row][layer]; rows are token positions. */
const grid = z.array(z.array(z.number()));
const intervalGrid = z.array(z.array(interval.nullable()));

/**
 * The cell of a kind's map that moves the metric furthest towards the clean run, with an interval that holds for all
 * cells it was chosen from at once (max-t). Of the hidden states the last position does not compete: after the last
 * block it is the output.
 */
const peak = z.object({
  row: z.number().int().nonnegative(),
  layer: z.number().int().nonnegative(),
  effect: z.number(),
  interval: interval.nullable(),
});

/** Token positions restored together, e.g. the whole subject. */
const groupResult = z.object({
  name: z.string(),
  rows: z.array(z.number().int().nonnegative()),
  restored: z.array(z.number()),
  effect: z.array(z.number()),
  interval: z.array(interval.nullable()),
});

/** One kind of restored state. `effect` is restored - corrupted, paired per draw; `interval` is its 95 % t interval, null for n = 1. */
const kindResult = z.object({
  restored: grid,
  effect: grid,
  interval: intervalGrid,
  /** Mean p(answer) per cell; present when the metric is not p. */
  p: grid.optional(),
  groups: z.array(groupResult),
  peak: peak.nullable(),
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
  tokens: z.array(tokenRef),
  answer: tokenRef,
  distractor: tokenRef.optional(),
  /** What the model says on the clean prompt. */
  predicted: z.object({ id: z.number().int().nonnegative(), token: z.string(), p: z.number() }),
  /** The model's argmax is the answer and p >= 0.5. */
  known: z.boolean(),
  metric: z.enum(['p', 'logprob', 'logit-diff', 'rank']),
  clean: z.object({ metric: z.number(), p: z.number() }),
  corrupted: z.object({ metric: z.number(), p: z.number(), interval: interval.nullable() }),
  nextTokens: z.array(nextToken),
  kinds: z.object({ hidden: kindResult.optional(), mlp: kindResult.optional(), attn: kindResult.optional() }),
  counters,
  environment,
});

export type TraceDocument = z.infer<typeof traceDocument>;
export type KindResult = z.infer<typeof kindResult>;
export type GroupResult = z.infer<typeof groupResult>;
export type Peak = z.infer<typeof peak>;
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
  throw new Error(`document: is a study, got '${document.kind}', expected a causal trace.`);
}
