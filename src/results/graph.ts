/**
 * A causal explanatory graph, as a study's document carries it: which edges of the model were looked at, what each does,
 * and which of them carry the answer. Every number is measured by an intervention unless it says otherwise.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { interval } from './parts';

/** Nodes that only a picture names (logits, input) and parts of the model, by EAP's names. */
const graphNode = z.object({
  /** 'input', 'a5.h1', 'm3', 'm3.n17', 'resid4', 'logits'; within `positions` alone 'a5.h1@2'. */
  id: z.string(),
  kind: z.enum(['input', 'head', 'mlp', 'neuron', 'resid', 'logits']),
  /** Block; -1 for the input, the number of blocks for the logits. */
  layer: z.number().int(),
  /** Index into `positions`; absent where nodes are not told apart by position. */
  at: z.number().int().nonnegative().optional(),
});

const graphEdge = z.object({
  /** Sender, e.g. 'a5.h1'. */
  from: z.string(),
  /** Receiver with its input, e.g. 'a9.h9<q>', 'm3', 'logits'. */
  to: z.string(),
  /** Both ends' index into `positions`: the residual stream carries nothing from position to position. */
  at: z.number().int().nonnegative().optional(),
  /**
   * (LD_full - LD_cut) / (LD_clean - LD_corrupted), mean over prompts; positive: the edge supports the answer. Null: not
   * measured alone.
   */
  score: z.number().nullable(),
  /** Over prompts, by `rule`. */
  interval: interval.nullable().optional(),
  /** KL(full || edge cut) in nats, mean over prompts. */
  kl: z.number().nullable().optional(),
  /** p of the paired test, before correction. */
  p: z.number().min(0).max(1).nullable().optional(),
  /** Whether it is in the graph that was found. */
  kept: z.boolean(),
  /** False: the score is an estimate (imported, attributed). Default true. */
  measured: z.boolean().optional(),
});

/** A number about a whole graph, with what it varies over. */
const graphNumber = z.object({
  value: z.number().nullable(),
  interval: interval.nullable().optional(),
  /** A ratio that was measured and says nothing: its denominator may be 0. */
  missing: z.literal('not determined').optional(),
});

const curvePoint = z.object({
  /** Share of all edges asked for, 0..1, and edges left after dead ones are pruned. */
  share: z.number(),
  edges: z.number().int(),
  faithfulness: z.number().nullable(),
  interval: interval.nullable().optional(),
});

export const graph = z.object({
  version: z.literal(1),
  /** How the graph was found. */
  method: z.enum(['path', 'acdc', 'exhaustive', 'chosen', 'imported']),
  /** What a cut edge carries instead. */
  ablation: z.enum(['corrupted', 'zero', 'mean', 'constant']),
  /** Labels of positions or token groups, left to right; absent where nodes stand for all positions. */
  positions: z.array(z.string()).max(MOST.tokens).optional(),
  /** The model's shape, so that a picture can be drawn without the model. */
  shape: z.object({
    layers: z.number().int().positive().max(MOST.layers),
    heads: z.number().int().positive().max(MOST.heads),
    kvHeads: z.number().int().positive().max(MOST.heads),
    /** Absent where blocks have no MLP. */
    hasMlp: z.boolean(),
    parallel: z.boolean(),
    /** Width of the residual stream; some formats of other programs ask for it. */
    dModel: z.number().int().positive().optional(),
  }),
  nodes: z.array(graphNode).max(MOST.shapeNodes),
  edges: z.array(graphEdge).max(MOST.edges),
  /** Edges of the whole model, of which `edges` may be a part. */
  total: z.number().int().positive(),
  /** The rules that made the 95 % intervals over prompts; absent: those of an older version, or there are none. */
  rule: z.string().max(200).optional(),
  /** m(clean), m(corrupted), m with all edges cut, mean over prompts: the levels that scores are read against. */
  levels: z.object({ clean: z.number(), corrupted: z.number(), empty: z.number().nullable() }),
  truth: z
    .object({
      faithfulness: graphNumber,
      heldOut: graphNumber.optional(),
      /** Faithfulness of the model without the graph's edges. */
      complement: graphNumber.optional(),
      completeness: graphNumber.optional(),
      minimality: z.object({ worst: z.string(), value: z.number() }).optional(),
      /** Of random graphs of the same size. */
      random: graphNumber.optional(),
      curve: z.array(curvePoint).max(MOST.entries).optional(),
      randomCurve: z.array(curvePoint).max(MOST.entries).optional(),
      cpr: z.number().nullable().optional(),
      cmd: z.number().nullable().optional(),
      /** Jaccard of the kept edges against those of the same search with something changed. */
      stability: z
        .array(z.object({ over: z.string(), n: z.number().int(), jaccard: graphNumber }))
        .optional(),
      /** Two edges whose effects together differ from the sum of each: a share of clean - corrupted. */
      interactions: z
        .array(
          z.object({
            a: z.string(),
            b: z.string(),
            value: z.number(),
            interval: interval.nullable().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

export type Graph = z.infer<typeof graph>;
export type GraphNode = z.infer<typeof graphNode>;
export type GraphEdge = z.infer<typeof graphEdge>;
export type GraphTruth = NonNullable<Graph['truth']>;
export type CurvePoint = z.infer<typeof curvePoint>;

/** A node, an input of one or an edge at a place: 'a0.h1', 'm1@2', 'a0.h1<q>@2'. */
export const placedName = (name: string, at?: number): string => (at === undefined ? name : `${name}@${at}`);

/** 'a0.h1->m1', told apart by position 'a0.h1->m1@2'. */
export const edgeKey = ({ from, to, at }: Pick<GraphEdge, 'from' | 'to' | 'at'>): string =>
  placedName(`${from}->${to}`, at);
