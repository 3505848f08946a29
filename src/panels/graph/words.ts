/** Edges and nodes in sentences. */
import type { Graph, GraphEdge } from '../../results/graph';
import { intervalText, percent, plain, scientific, signed } from '../../results/format';
import { edgeWords, nodeWords, portOf } from './names';
import { type PictureEdge, type PictureGraph, type Side, sidesOf, sidesText } from './overlay';
import type { DrawnEdge, DrawnNode, Picture } from './picture';
import { capitalised } from '../../util/capitalised';

export interface EdgeWords {
  readonly title: string;
  /** Results, one sentence each. */
  readonly lines: readonly string[];
  /** Everything in one sentence, for screen readers. */
  readonly label: string;
}

const REPLACED: Readonly<Record<Graph['ablation'], string>> = {
  corrupted: 'what it carries in the corrupted prompt',
  zero: 'nothing',
  mean: 'its mean over the prompts',
  constant: 'a constant',
};

export function wordsOfEdge(edge: DrawnEdge, picture: Picture, graph: PictureGraph): EdgeWords {
  const title = titleOf(edge, picture, graph);
  const found = edge.side === null ? scoreLines(edge, graph) : heldLines(edge.edges, graph);
  const lines = [...found, ...(edge.cut ? ['Cut in this picture.'] : [])];
  return { title, lines, label: `${title}. ${lines.join(' ')}` };
}

function titleOf({ edges, from, to }: DrawnEdge, { nodes }: Picture, graph: Graph): string {
  if (edges.length === 1) return edgeWords(graph.edges[edges[0]!]!, graph);
  return `${titleOfNode(nodes[from]!, graph)} → ${titleOfNode(nodes[to[0]!]!, graph)}`;
}

function scoreLines(edge: DrawnEdge, graph: Graph): string[] {
  const { score, edges, measured } = edge;
  if (score === null) return ['Not measured alone.'];
  if (edges.length > 1) {
    const how = measured ? 'edges cut one at a time' : 'edges, estimated at least in part';
    return [
      `${signedPercent(score)} of the answer: the sum of ${edges.length} ${how}, which need not be what cutting them together does.`,
    ];
  }
  const { interval, p, kl, kept } = graph.edges[edges[0]!]!;
  const range = interval ? ` ${intervalText({ percent: true }, interval)}` : '';
  const does = score < 0 ? 'adds' : 'costs';
  const size = percent(Math.abs(score));
  const about = measured
    ? `Cutting this edge ${does} ${size} of the answer${interval && score < 0 ? ` (score ${signedPercent(score)}${range})` : range}.`
    : `Estimated, not measured: ${signedPercent(score)}${range} of the answer.`;
  const how = measured ? [`It then carries ${REPLACED[graph.ablation]}.`] : [];
  const numbers = [
    ...(p === null || p === undefined ? [] : [`p ${p < 0.001 ? scientific(p) : plain(p)}`]),
    ...(kl === null || kl === undefined ? [] : [`KL ${plain(kl)} nats`]),
    kept ? 'in the graph found' : 'not in the graph found',
  ];
  const unsure = edge.uncertain ? ['The interval includes 0.'] : [];
  return [about, ...unsure, `${capitalised(numbers.join(', '))}.`, ...how];
}

/** For two merged graphs: who keeps it, and both scores. */
function heldLines(list: readonly number[], graph: PictureGraph): string[] {
  const edges = list.map((e) => graph.edges[e]!);
  if (edges.length === 1) {
    const { side, a, b } = edges[0]!.held!;
    return [IN[side], `Score in A: ${scoreWords(a)}.`, `Score in B: ${scoreWords(b)}.`];
  }
  return [
    `${edges.length} edges: ${sidesText(sidesOf(edges))}.`,
    `Summed score in A: ${sumWords(edges, 'a')}.`,
    `Summed score in B: ${sumWords(edges, 'b')}.`,
  ];
}

const IN: Readonly<Record<Side, string>> = {
  shared: 'In both graphs.',
  a: 'Only in graph A.',
  b: 'Only in graph B.',
};

function scoreWords(edge: GraphEdge | null): string {
  if (!edge || edge.score === null) return 'not measured';
  const { score, interval, measured } = edge;
  const range = interval ? ` ${intervalText({ percent: true }, interval)}` : '';
  return `${signedPercent(score)}${range}${measured === false ? ', estimated' : ''}`;
}

/** Over the edges that this graph keeps. */
function sumWords(edges: readonly PictureEdge[], which: 'a' | 'b'): string {
  const kept = edges.flatMap(({ held }) =>
    held!.side === which || held!.side === 'shared' ? [held![which]!] : [],
  );
  const scores = kept.flatMap(({ score }) => (score === null ? [] : [score]));
  return scores.length === 0 ? 'none' : signedPercent(scores.reduce((sum, score) => sum + score, 0));
}

export const signedPercent = (share: number): string => signed(share, percent);

export function titleOfNode(node: DrawnNode, { positions }: Graph): string {
  if (node.kind === 'group') return `${node.id} (${node.members.length} nodes as one)`;
  const where = node.at === undefined ? '' : `, at ${positions?.[node.at] ?? node.at}`;
  return `${capitalised(nodeWords(node.id))}${where}`;
}

/** 'H2', 'MLP', a position's token, a group's name. */
export function shortName(node: DrawnNode, graph: Graph): string {
  if (node.kind === 'group') return node.id;
  if (node.kind === 'head') return `H${/\.h(\d+)/.exec(node.id)![1]}`;
  if (node.kind === 'mlp') return 'M';
  if (node.kind === 'neuron') return `n${/\.n(\d+)/.exec(node.id)![1]}`;
  if (node.kind === 'resid') return 'r';
  if (node.kind === 'channel') return /\d+$/.exec(node.id)![0];
  if (node.at !== undefined) return graph.positions?.[node.at] ?? String(node.at);
  return node.kind === 'input' ? 'embeddings' : graph.shape ? 'logits' : 'the class';
}

export function labelOfNode(node: DrawnNode, picture: Picture, graph: Graph): string {
  const i = picture.indexOf.get(node.id)!;
  const { out, into } = picture.adjacency;
  const cut = node.cut ? ', the wires into it cut' : '';
  return `${titleOfNode(node, graph)}: ${into[i]!.length} edges in, ${out[i]!.length} out${cut}`;
}

/** 'a5.h1<k>' in short form: 'H1 · block 5 (k)' */
export function endWords(edge: DrawnEdge, which: 'from' | 'to', picture: Picture, graph: Graph): string {
  const node = picture.nodes[which === 'from' ? edge.from : edge.to[0]!]!;
  const port = which === 'to' && edge.edges.length === 1 ? portOf(graph.edges[edge.edges[0]!]!.to) : null;
  return `${titleOfNode(node, graph)}${port ? ` (${port})` : ''}`;
}
