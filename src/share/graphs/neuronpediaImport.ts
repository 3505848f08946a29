/** Reads back a Neuronpedia file written by Loci: its nodes are heads, MLPs, input and logits. */
import type { GraphEdge } from '../../results/graph';
import { named, parseWith, shown } from '../../util/parse';
import type { ImportedGraph } from './imported';
import { sharedReceivers } from './names';
import {
  FEATURE_TYPES,
  type NeuronpediaNode,
  type NeuronpediaSettings,
  neuronpediaGraph,
} from './neuronpediaFile';

export function isNeuronpedia(json: object): boolean {
  return 'metadata' in json && 'nodes' in json && 'links' in json;
}

/**
 * `where` names the file. Throws one sentence if it is invalid, or if its nodes are transcoder
 * features: their links run through attention, so they are not edges that can be cut.
 */
export function fromNeuronpedia(json: unknown, where: string): ImportedGraph {
  const { metadata, nodes, links } = parseWith(neuronpediaGraph, json, where);
  const known: readonly string[] = FEATURE_TYPES;
  const foreign = nodes.find(({ feature_type }) => !known.includes(feature_type));
  if (foreign)
    throw new Error(
      `${where}: node ${named(foreign.node_id)}: is no part of the model itself, got feature_type ${shown(foreign.feature_type)}, ` +
        `expected ${known.map((type) => `'${type}'`).join(', ')}. Graphs of transcoder features open in Neuronpedia; here edges join heads and MLPs.`,
    );
  const settings = metadata.generation_settings?.loci;
  if (!settings)
    throw new Error(
      `${where}: does not say what model its heads are of, got no generation_settings.loci, ` +
        'expected a graph that Loci has exported.',
    );
  const names = new Map(nodes.map((node) => [node.node_id, partOf(node, settings, where)]));
  const places = new Map(nodes.map(({ node_id, ctx_idx }) => [node_id, ctx_idx]));
  const edges = links.flatMap(({ source, target, edges: own }): GraphEdge[] => {
    const [from, to] = [source, target].map((id) => names.get(id));
    if (from === undefined || to === undefined || !own)
      throw new Error(
        `${where}: link ${named(source)} -> ${named(target)}: ${own ? 'an end is no node' : 'does not say into which input it leads'}, ` +
          'expected a graph as Loci has exported it.',
      );
    const at = settings.positions ? { at: places.get(target)! } : {};
    return own.map(({ input, score, kept }) => ({
      from,
      to: input === null ? to : `${to}<${input}>`,
      ...at,
      score,
      kept,
      measured: false,
    }));
  });
  const { layers, heads, kv_heads: kvHeads, parallel, d_model: dModel } = settings;
  return {
    shape: { layers, heads, kvHeads, parallel, ...(dModel === undefined ? {} : { dModel }) },
    ...(settings.positions ? { positions: metadata.prompt_tokens } : {}),
    edges: sharedReceivers(edges, heads / kvHeads),
  };
}

function partOf(node: NeuronpediaNode, { layers, heads }: NeuronpediaSettings, where: string): string {
  const { feature_type: type, feature, node_id } = node;
  if (type === 'embedding') return 'input';
  if (type === 'logit') return 'logits';
  const layer = Number(node.layer);
  if (!(Number.isInteger(layer) && layer >= 0 && layer < layers))
    throw new Error(
      `${where}: node ${node_id}: no such layer, got ${shown(node.layer)}, expected 0 to ${layers - 1}.`,
    );
  if (type === 'mlp') return `m${layer}`;
  if (feature === null || feature < 0 || feature >= heads)
    throw new Error(
      `${where}: node ${node_id}: no such head, got ${shown(feature)}, expected 0 to ${heads - 1}.`,
    );
  return `a${layer}.h${feature}`;
}
