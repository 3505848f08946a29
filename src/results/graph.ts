/**
 * A causal explanatory graph in a study's document: the edges examined, their effects, and which
 * carry the answer. Every number is measured by an intervention unless marked otherwise.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { interval } from './parts';

/**
 * Nodes by EAP's names: model parts, and 'input' and 'logits'. Of a net: channels of `layers`, and
 * 'logits', the class.
 */
const graphNode = z.object({
  /** 'input', 'a5.h1', 'm3', 'm3.n17', 'resid4', 'logits'; with `positions` 'a5.h1@2'; 'relu4:17'. */
  id: z.string(),
  kind: z.enum(['input', 'head', 'mlp', 'neuron', 'resid', 'channel', 'logits']),
  /** Block; -1 for the input, the number of blocks for the logits. Of a net: index into `layers`. */
  layer: z.number().int(),
  /** Index into `positions`; absent without positions. */
  at: z.number().int().nonnegative().optional(),
});

const graphEdge = z.object({
  /** Sender, e.g. 'a5.h1'. */
  from: z.string(),
  /** Receiver with its input, e.g. 'a9.h9<q>', 'm3', 'logits'. */
  to: z.string(),
  /** Both ends' index into `positions`: the residual stream never crosses positions. */
  at: z.number().int().nonnegative().optional(),
  /**
   * (LD_full - LD_cut) / (LD_clean - LD_corrupted), mean over prompts; positive: supports the
   * answer. Null: not measured alone.
   */
  score: z.number().nullable(),
  /** Over prompts, by `rule`. */
  interval: interval.nullable().optional(),
  /** KL(full || edge cut) in nats, mean over prompts. */
  kl: z.number().nullable().optional(),
  /** p of the paired test, uncorrected. */
  p: z.number().min(0).max(1).nullable().optional(),
  /** Whether the found graph has it. */
  kept: z.boolean(),
  /** False: the score is an estimate (imported, attributed). Default true. */
  measured: z.boolean().optional(),
});

/** A number of a whole graph, and what it varies over. */
const graphNumber = z.object({
  value: z.number().nullable(),
  interval: interval.nullable().optional(),
  /** A measured ratio without a value: its denominator may be 0. */
  missing: z.literal('not determined').optional(),
});

const curvePoint = z.object({
  /** Requested share of edges, 0..1, and edges left after pruning dead ones. */
  share: z.number(),
  edges: z.number().int(),
  faithfulness: z.number().nullable(),
  interval: interval.nullable().optional(),
});

export const graph = z.object({
  version: z.literal(1),
  /** The search. */
  method: z.enum(['path', 'acdc', 'exhaustive', 'eap', 'eap-ig', 'class', 'chosen', 'imported']),
  /** The value of a cut edge. */
  ablation: z.enum(['corrupted', 'zero', 'mean', 'constant']),
  /** Labels of positions or token groups, left to right; absent if nodes span all positions. */
  positions: z.array(z.string()).max(MOST.tokens).optional(),
  /** A language model's shape, to draw the graph without the model. */
  shape: z
    .object({
      layers: z.number().int().positive().max(MOST.layers),
      heads: z.number().int().positive().max(MOST.heads),
      kvHeads: z.number().int().positive().max(MOST.heads),
      /** Absent if blocks have no MLP. */
      hasMlp: z.boolean(),
      parallel: z.boolean(),
      /** Width of the residual stream, for export formats. */
      dModel: z.number().int().positive().optional(),
    })
    .optional(),
  /** Instead of a shape: a net's sites whose channels are nodes, bottom to top. */
  layers: z.array(z.string().max(MOST.text)).min(1).max(MOST.layers).optional(),
  nodes: z.array(graphNode).max(MOST.shapeNodes),
  edges: z.array(graphEdge).max(MOST.edges),
  /** Edges of the whole model; `edges` may be a subset. */
  total: z.number().int().positive(),
  /** Rules of the 95 % intervals over prompts; absent: an older version's, or no intervals. */
  rule: z.string().max(200).optional(),
  /** Reference levels: m(clean), m(corrupted), m with all edges cut; means over prompts. */
  levels: z.object({ clean: z.number(), corrupted: z.number(), empty: z.number().nullable() }),
  truth: z
    .object({
      faithfulness: graphNumber,
      heldOut: graphNumber.optional(),
      /** Faithfulness of the model without the graph's edges. */
      complement: graphNumber.optional(),
      completeness: graphNumber.optional(),
      minimality: z.object({ worst: z.string(), value: z.number() }).optional(),
      /** For random graphs of the same size. */
      random: graphNumber.optional(),
      curve: z.array(curvePoint).max(MOST.entries).optional(),
      randomCurve: z.array(curvePoint).max(MOST.entries).optional(),
      cpr: z.number().nullable().optional(),
      cmd: z.number().nullable().optional(),
      /** Jaccard of the kept edges with those of a varied search. */
      stability: z
        .array(z.object({ over: z.string(), n: z.number().int(), jaccard: graphNumber }))
        .optional(),
      /** Pairs whose joint effect differs from the sum, as a share of clean - corrupted. */
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
export type GraphShape = NonNullable<Graph['shape']>;
/** A graph of a language model's parts. */
export type ModelGraph = Graph & { readonly shape: GraphShape };
export type GraphNode = z.infer<typeof graphNode>;
export type GraphEdge = z.infer<typeof graphEdge>;
export type GraphNumber = z.infer<typeof graphNumber>;
export type GraphTruth = NonNullable<Graph['truth']>;
export type CurvePoint = z.infer<typeof curvePoint>;

export const isModelGraph = (graph: Graph): graph is ModelGraph => graph.shape !== undefined;

/** The id of a net's channel: 'relu4:17'. */
export const channelId = (site: string, channel: number): string => `${site.replaceAll('@', '_')}:${channel}`;

/** A node, input or edge at a place: 'a0.h1', 'm1@2', 'a0.h1<q>@2'. */
export const placedName = (name: string, at?: number): string => (at === undefined ? name : `${name}@${at}`);

/** 'a0.h1->m1', with positions 'a0.h1->m1@2'. */
export const edgeKey = ({ from, to, at }: Pick<GraphEdge, 'from' | 'to' | 'at'>): string =>
  placedName(`${from}->${to}`, at);
