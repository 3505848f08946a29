/** A graph for Neuronpedia's viewer: all measured edges, with the kept nodes pinned. */
import { promptOf } from '../../results/asked';
import { type GraphEdge, placedName } from '../../results/graph';
import { shown } from '../../util/parse';
import { type GraphDocument, inputOf, nodeOf, receiversAlone, refuseFineNodes } from './names';
import type { NeuronpediaGraph, NeuronpediaLink, NeuronpediaNode } from './neuronpediaFile';

/** View of the graph; nodes by document name, 'a5.h1' or 'a5.h1@2'. */
export interface GraphView {
  readonly pinned?: readonly string[];
  readonly supernodes?: readonly { readonly name: string; readonly nodes: readonly string[] }[];
  readonly annotations?: ReadonlyMap<string, string>;
}

/**
 * The text of such a file. A link's weight sums its edges (q, k and v of a head); edges not
 * measured alone count 0 and are dropped unless kept. Throws one sentence.
 */
export function toNeuronpedia(document: GraphDocument, view: GraphView = {}): string {
  const { graph, model, environment } = document;
  refuseFineNodes(graph, "Neuronpedia's format");
  const { prompt, tokens } = promptOf(document);
  const last = (graph.positions ?? tokens).length - 1;
  const idOf = (name: string): string => nodeFor(name, document, last).node_id;
  const edges = graph.edges.filter(({ score, kept }) => score !== null || kept);
  const links = linksOf(edges, document, idOf);
  const names = new Set(edges.flatMap((edge) => endsOf(edge, document).flat()));
  const kept = edges.filter((edge) => edge.kept).flatMap((edge) => endsOf(edge, document).flat());
  const file: NeuronpediaGraph = {
    metadata: {
      slug: `loci-${model.id}-${document.kind}`.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      scan: model.id,
      prompt_tokens: graph.positions ?? document.tokens.map(({ token }) => token),
      prompt,
      info: {
        description: document.finding,
        generator: { name: 'Loci', version: environment.loci },
        ...(Number.isNaN(Date.parse(environment.time))
          ? {}
          : { create_time_ms: Date.parse(environment.time) }),
      },
      generation_settings: {
        loci: {
          layers: graph.shape.layers,
          heads: graph.shape.heads,
          kv_heads: graph.shape.kvHeads,
          parallel: graph.shape.parallel,
          ...(graph.shape.dModel === undefined ? {} : { d_model: graph.shape.dModel }),
          positions: graph.positions !== undefined,
          method: graph.method,
          ablation: graph.ablation,
        },
      },
    },
    qParams: {
      pinnedIds: [...new Set(view.pinned ?? kept)].map(idOf),
      supernodes: (view.supernodes ?? []).map(({ name, nodes }) => [name, ...nodes.map(idOf)]),
      linkType: 'both',
      clickedId: '',
      sg_pos: '',
    },
    nodes: [...names].map((name) => {
      const node = nodeFor(name, document, last);
      return { ...node, clerp: view.annotations?.get(name) ?? node.clerp };
    }),
    links,
  };
  return `${JSON.stringify(file)}\n`;
}

/** Sender and node of every receiver; shared keys and values go to each of their heads. */
function endsOf({ from, to, at }: GraphEdge, { graph }: GraphDocument): [string, string][] {
  return receiversAlone(to, graph.shape).map((receiver) => [
    placedName(from, at),
    placedName(nodeOf(receiver), at),
  ]);
}

function linksOf(
  edges: readonly GraphEdge[],
  document: GraphDocument,
  idOf: (name: string) => string,
): NeuronpediaLink[] {
  const found = new Map<string, NeuronpediaLink>();
  for (const edge of edges) {
    const { to, score, kept } = edge;
    for (const [from, node] of endsOf(edge, document)) {
      const [source, target] = [idOf(from), idOf(node)];
      const before = found.get(`${source} ${target}`);
      found.set(`${source} ${target}`, {
        source,
        target,
        weight: (before?.weight ?? 0) + (score ?? 0),
        edges: [...(before?.edges ?? []), { input: inputOf(to), score, kept }],
      });
    }
  }
  return [...found.values()];
}

/** Ids are layer_feature_position: heads from 0, then the MLP; logits follow the last block. */
function nodeFor(name: string, { graph, ...document }: GraphDocument, last: number): NeuronpediaNode {
  const [, part, at] = /^(.*?)(?:@(\d+))?$/s.exec(name)!;
  const position = at === undefined ? last : Number(at);
  const { layers, heads } = graph.shape;
  const node = (layer: string, feature: number, feature_type: string, clerp = part!): NeuronpediaNode => ({
    node_id: `${layer}_${feature}_${position}`,
    feature,
    layer,
    ctx_idx: position,
    feature_type,
    jsNodeId: `${layer}_${feature}-${position}`,
    clerp,
  });
  if (part === 'input') return node('E', 0, 'embedding');
  if (part === 'logits') {
    const { answer, distractor, cases } = promptOf(document);
    if (cases > 1) return node(`${layers}`, 0, 'logit', `logits, over ${cases} prompts`);
    const against = distractor ? ` against token ${distractor.id}` : '';
    return node(`${layers}`, answer.id, 'logit', `logits: token ${answer.id}${against}`);
  }
  const [, layer, head] = /^[am](\d+)(?:\.h(\d+))?$/.exec(part!) ?? [];
  if (layer === undefined)
    throw new Error(
      `export: Neuronpedia's format has no place for such a node, got ${shown(name)}, expected a name such as 'a0.h1' or 'm0'.`,
    );
  return head === undefined ? node(layer, heads, 'mlp') : node(layer, Number(head), 'attention head');
}
