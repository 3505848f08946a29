/**
 * EAP-IG's circuit files (Hanna et al. 2024, github.com/hannamw/EAP-IG: `Graph.to_json`,
 * `Graph.from_json`). Scores have our sign: positive supports the answer.
 */
import { z } from 'zod';
import type { GraphEdge, ModelGraph } from '../../results/graph';
import { parseWith, quoted, tableOf } from '../../util/parse';
import { MOST } from '../../util/bounds';
import type { ImportedGraph } from './imported';
import { type GraphDocument, nodeOf, receiversAlone, refuseFineNodes } from './names';

const FORMAT = "EAP-IG's JSON";
const count = z.number().int().positive();

const eapGraph = z.object({
  cfg: z.object({
    n_layers: count.max(MOST.layers),
    n_heads: count.max(MOST.heads),
    parallel_attn_mlp: z.boolean(),
    d_model: count.optional(),
  }),
  /** Older files have plain booleans. */
  nodes: tableOf(z.union([z.boolean(), z.object({ in_graph: z.boolean() })])),
  edges: tableOf(z.object({ score: z.number(), in_graph: z.boolean() })),
});

type EapGraph = z.input<typeof eapGraph>;
type EapEdges = Record<string, { score: number; in_graph: boolean }>;

export function isEapIg(json: object): boolean {
  return 'cfg' in json && 'nodes' in json && 'edges' in json;
}

/** The text of such a file. Edges not measured alone have score 0. Throws one sentence. */
export function toEapIg({ graph }: GraphDocument): string {
  refuseFineNodes(graph, FORMAT);
  const { shape, positions } = graph;
  if (positions)
    throw new Error(
      `export: ${FORMAT} stands for all positions at once, got a graph over ${positions.length} positions, ` +
        "expected one found with positions 'collapsed'.",
    );
  if (shape.dModel === undefined)
    throw new Error(
      `export: ${FORMAT} needs the width of the model, got none in the document. Run the question again.`,
    );
  const edges: EapEdges = {};
  for (const { from, to, score, kept } of graph.edges)
    for (const receiver of receiversAlone(to, shape))
      edges[`${from}->${receiver}`] = { score: score ?? 0, in_graph: kept };
  const file: EapGraph = {
    cfg: {
      n_layers: shape.layers,
      n_heads: shape.heads,
      parallel_attn_mlp: shape.parallel,
      d_model: shape.dModel,
    },
    nodes: nodesIn(graph, edges),
    edges,
  };
  return `${JSON.stringify(file)}\n`;
}

/** EAP-IG's rule: a node needs an edge in and an edge out; input and logits need one end. */
function nodesIn({ shape }: ModelGraph, edges: EapEdges): EapGraph['nodes'] {
  const kept = Object.entries(edges).filter(([, { in_graph }]) => in_graph);
  const pairs = kept.map(([name]) => name.split('->') as [string, string]);
  const left = new Set(pairs.map(([from]) => from));
  const entered = new Set(['input', ...pairs.map(([, to]) => nodeOf(to))]);
  const blocks = Array.from({ length: shape.layers }, (_, l) => [
    ...Array.from({ length: shape.heads }, (_, h) => `a${l}.h${h}`),
    `m${l}`,
  ]);
  const nodes = ['input', ...blocks.flat()].map((name) => [
    name,
    { in_graph: left.has(name) && entered.has(name) },
  ]);
  return Object.fromEntries([...nodes, ['logits', { in_graph: true }]]) as EapGraph['nodes'];
}

/** A file's circuit; `where` names the file. Throws one sentence if it is invalid. */
export function fromEapIg(json: unknown, where: string): ImportedGraph {
  const { cfg, edges } = parseWith(eapGraph, json, where);
  const { n_layers: layers, n_heads: heads } = cfg;
  return {
    shape: {
      layers,
      heads,
      kvHeads: heads,
      parallel: cfg.parallel_attn_mlp,
      ...(cfg.d_model === undefined ? {} : { dModel: cfg.d_model }),
    },
    edges: [...edges].map(([name, { score, in_graph }]): GraphEdge => {
      const [from, to, ...more] = name.split('->');
      const isEdge = more.length === 0 && isSender(from!, cfg) && isReceiver(to ?? '', cfg);
      if (!isEdge)
        throw new Error(
          `${where}: edges: no such edge in ${layers} layers of ${heads} heads, got ${quoted(name)}, ` +
            "expected names such as 'a0.h1->a1.h0<k>', 'input->m0' or 'm0->logits'.",
        );
      return { from: from!, to: to!, score, kept: in_graph, measured: false };
    }),
  };
}

function isSender(name: string, { n_layers, n_heads }: EapGraph['cfg']): boolean {
  const [, l, h] = /^(?:a(?=\d+\.h)|m(?=\d+$))(\d+)(?:\.h(\d+))?$/.exec(name) ?? [];
  return name === 'input' || (l !== undefined && Number(l) < n_layers && Number(h ?? 0) < n_heads);
}

function isReceiver(name: string, cfg: EapGraph['cfg']): boolean {
  if (name === 'logits') return true;
  return name.startsWith('a')
    ? /<[qkv]>$/.test(name) && isSender(nodeOf(name), cfg)
    : name !== 'input' && isSender(name, cfg);
}
