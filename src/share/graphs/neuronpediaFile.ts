/**
 * Graph files of Anthropic's and Neuronpedia's viewers (graph-schema.json of
 * hijohnnylin/neuronpedia), as written and read here. Our extra fields: `generation_settings.loci`,
 * to map nodes back to model parts, and a link's `edges`, as several of our edges share both nodes.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';

const int = z.number().int();
const count = int.positive();

/** Feature types of nodes that are model parts. */
export const FEATURE_TYPES = ['embedding', 'attention head', 'mlp', 'logit'] as const;

const settings = z.object({
  layers: count.max(MOST.layers),
  heads: count.max(MOST.heads),
  kv_heads: count.max(MOST.heads),
  parallel: z.boolean(),
  d_model: count.optional(),
  /** Separate positions: `ctx_idx` is then an index into `prompt_tokens`. */
  positions: z.boolean(),
  method: z.string(),
  ablation: z.string(),
});

const node = z.object({
  node_id: z.string(),
  feature: int.nullable(),
  /** 'E' for the embeddings. */
  layer: z.union([z.string(), int]),
  ctx_idx: int,
  feature_type: z.string(),
  jsNodeId: z.string(),
  clerp: z.string(),
});

const link = z.object({
  source: z.string(),
  target: z.string(),
  weight: z.number(),
  edges: z
    .array(
      z.object({
        /** For heads; null for MLPs and logits. */
        input: z.enum(['q', 'k', 'v']).nullable(),
        score: z.number().nullable(),
        kept: z.boolean(),
      }),
    )
    .optional(),
});

export const neuronpediaGraph = z.object({
  metadata: z.object({
    slug: z.string(),
    scan: z.string(),
    prompt_tokens: z.array(z.string()),
    prompt: z.string(),
    info: z
      .object({
        description: z.string().optional(),
        generator: z.object({ name: z.string().optional(), version: z.string().optional() }).optional(),
        create_time_ms: z.number().optional(),
      })
      .optional(),
    generation_settings: z.object({ loci: settings.optional() }).optional(),
  }),
  qParams: z.object({
    pinnedIds: z.array(z.string()).optional(),
    supernodes: z.array(z.array(z.string())).optional(),
    linkType: z.string().optional(),
    clickedId: z.string().nullable().optional(),
    sg_pos: z.string().optional(),
  }),
  nodes: z.array(node),
  links: z.array(link),
});

export type NeuronpediaGraph = z.infer<typeof neuronpediaGraph>;
export type NeuronpediaNode = z.infer<typeof node>;
export type NeuronpediaLink = z.infer<typeof link>;
export type NeuronpediaSettings = z.infer<typeof settings>;
