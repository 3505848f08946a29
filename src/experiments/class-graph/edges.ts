/**
 * The single edges of a class graph: from each kept channel to each effect, set alone. A channel is a node
 * at the site that its readers read, so an effect that several sites read is an edge to each of them.
 */
import { logitSite, type NetSpec } from '../../model/net';
import type { NetRun } from '../../model/netRun';
import { channelId, type Graph, type GraphEdge, type GraphNode } from '../../results/graph';
import { mean, tInterval } from '../../statistics/stats';
import { push } from '../../util/lists';
import { range } from '../../util/range';
import { candidatesOf, writersOf } from './channels';
import { type AskLogits, type ClassGraph, type ClassLayer, type ClassQuestion, keptOf } from './search';

export interface SingleEdge {
  readonly layer: ClassLayer;
  readonly cause: number;
  readonly effect: number;
  /** Mean of 1 - Y_w / Y over images, with its 95 % t interval; null: not measured alone. */
  readonly score: number | null;
  readonly interval: readonly [number, number] | null;
}

/** Edges of the graph: of each layer those of the strongest channels, at most `most`, are measured. */
export async function measureEdges(
  net: NetSpec,
  { label }: Pick<ClassQuestion, 'label'>,
  { layers }: ClassGraph,
  { images, most, ask }: { readonly images: number; readonly most: number; readonly ask: AskLogits },
): Promise<SingleEdge[]> {
  const found: SingleEdge[] = [];
  for (const [l, layer] of layers.entries()) {
    const entries = candidatesOf(net, net.layers.find((one) => one.site === layer.layer)!);
    const strength = (cause: number) => Math.abs(layer.candidates[cause]!.total);
    const edges = keptOf(layer)
      .sort((a, b) => strength(b) - strength(a) || a - b)
      .flatMap((cause) => layer.effects.map((effect) => ({ layer, cause, effect })))
      .filter((edge) => isEdge(net, edge));
    const measured = edges.slice(0, most);
    const all = range(0, images);
    const clean = all.map((image): NetRun => ({ id: `image ${image}`, image }));
    const set = measured.flatMap(({ cause, effect }) =>
      all.map((image): NetRun => {
        const edit = { layer: layer.layer, causes: entries[cause]!, effects: [effect], u: 0 };
        return { id: `image ${image} without ${cause} to ${effect}`, image, edges: [edit] };
      }),
    );
    const rows =
      set.length === 0
        ? []
        : await ask([...clean, ...set], `${layer.layer}, edges`, [
            l / layers.length,
            (l + 1) / layers.length,
          ]);
    const logit = (row: number) => rows[row]![label]!;
    for (const [e, edge] of edges.entries()) {
      if (e >= measured.length) {
        found.push({ ...edge, score: null, interval: null });
        continue;
      }
      const lost = all.map((i) => 1 - logit(images * (e + 1) + i) / logit(i));
      found.push({ ...edge, score: mean(lost), interval: tInterval(lost) });
    }
  }
  return found;
}

/** In a grouped layer a channel feeds its own group alone. */
function isEdge(net: NetSpec, { layer, cause, effect }: Omit<SingleEdge, 'score' | 'interval'>): boolean {
  const { groups } = net.layers.find((one) => one.site === layer.layer)!;
  const written = net.sites.find((one) => one.name === layer.layer)!.shape;
  const channels = written.length === 3 ? written[0]! : written.at(-1)!;
  return Math.floor((cause * groups) / layer.candidates.length) === Math.floor((effect * groups) / channels);
}

/** Mean logit of the class: as it is, and with all edges outside the graph cut. */
export interface Levels {
  readonly clean: number;
  readonly repaired: number;
}

/** The graph of a document: rows of channels, the class above. */
export function drawnGraph(
  net: NetSpec,
  label: number,
  found: ClassGraph,
  edges: readonly SingleEdge[],
  { clean, repaired }: Levels,
): Graph {
  const reached = readersOf(net, label, found);
  const sites = net.sites.map(({ name }) => name);
  const layers = [
    ...new Set(found.layers.filter((one) => keptOf(one).length > 0).map(({ reads }) => reads)),
  ].sort((a, b) => sites.indexOf(a) - sites.indexOf(b));
  const nodes = layers.flatMap((site, layer): GraphNode[] => {
    const kept = found.layers.filter(({ reads }) => reads === site).flatMap(keptOf);
    return [...new Set(kept)]
      .sort((a, b) => a - b)
      .map((channel) => ({ id: channelId(site, channel), kind: 'channel', layer }));
  });
  const own = edges.flatMap(({ layer, cause, effect, score, interval }): GraphEdge[] =>
    (reached.get(`${layer.layer} ${effect}`) ?? []).map((to) => ({
      from: channelId(layer.reads, cause),
      to,
      score,
      ...(interval && { interval: [...interval] as [number, number] }),
      kept: true,
    })),
  );
  const total = found.layers.reduce((sum, one) => sum + one.candidates.length * one.effects.length, 0);
  return {
    version: 1,
    method: 'class',
    ablation: 'zero',
    layers,
    nodes: [...nodes, { id: 'logits', kind: 'logits', layer: layers.length }],
    edges: own,
    total: Math.max(total, own.length, 1),
    rule: 'Student t',
    levels: { clean, corrupted: 0, empty: null },
    truth: { faithfulness: { value: repaired / clean } },
  };
}

/** 'LAYER EFFECT' -> ids of the nodes that this channel of the layer reaches. */
function readersOf(net: NetSpec, label: number, { layers }: ClassGraph): Map<string, string[]> {
  const reached = new Map<string, string[]>();
  const reach = (site: string, channel: number, id: string) => {
    for (const [layer, own] of writersOf(net, site, [channel]).effects)
      for (const effect of own) push(reached, `${layer} ${effect}`, id);
  };
  reach(logitSite(net), label, 'logits');
  const seen = new Set<string>();
  for (const layer of layers)
    for (const channel of keptOf(layer)) {
      const id = channelId(layer.reads, channel);
      if (seen.has(id)) continue;
      seen.add(id);
      reach(layer.reads, channel, id);
    }
  return reached;
}
