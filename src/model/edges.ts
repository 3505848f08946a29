/**
 * The edges of a transformer and their names (EAP's: 'a0.h1->a2.h0<k>', 'input->m0', 'm1->logits').
 * A sender adds to the residual stream; a receiver reads the stream before its own norm. An edge
 * leads from a sender to each receiver after it. Edges exist only if the stream is the plain sum of
 * what is added to it: norms before each branch, or no norms.
 */
import { expertsOf, type ModelSpec } from './spec';
import { quoted } from '../util/parse';
import { range } from '../util/range';

/** What adds to the residual stream, [T, D]. */
export type Sender =
  /** Token and position embedding together, as they enter block 0. */
  | { readonly part: 'input' }
  /** One query head, without the output bias that the block's heads share. */
  | { readonly part: 'head'; readonly layer: number; readonly head: number }
  | { readonly part: 'mlp'; readonly layer: number }
  /** One neuron of an MLP: its activation times its row of W_out. */
  | { readonly part: 'neuron'; readonly layer: number; readonly neuron: number }
  /** The whole stream as it enters block `layer`: everything before it at once. */
  | { readonly part: 'resid'; readonly layer: number };

/** What reads the residual stream. */
export type Receiver =
  /** One input of one head; for k and v `head` counts key-value heads. */
  | { readonly part: 'head'; readonly layer: number; readonly head: number; readonly input: 'q' | 'k' | 'v' }
  | { readonly part: 'mlp'; readonly layer: number }
  /** The whole stream from block `layer` on. */
  | { readonly part: 'resid'; readonly layer: number }
  | { readonly part: 'logits' };

/** Names as written in specs and documents. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

export const INPUTS = ['q', 'k', 'v'] as const;

/** The part of a spec that determines a model's edges; `dMlp` 0: no MLP. */
export type Shape = Pick<ModelSpec, 'nLayers' | 'nHeads' | 'nKvHeads' | 'dMlp' | 'parallel'>;

/** 'input', 'a1.h0', 'm1', 'm1.n17', 'resid2' */
export function senderName(from: Sender): string {
  if (from.part === 'input') return 'input';
  if (from.part === 'head') return `a${from.layer}.h${from.head}`;
  if (from.part === 'resid') return `resid${from.layer}`;
  return from.part === 'mlp' ? `m${from.layer}` : `m${from.layer}.n${from.neuron}`;
}

/** 'a1.h0<q>', 'm1', 'resid2', 'logits' */
export function receiverName(to: Receiver): string {
  if (to.part === 'head') return `a${to.layer}.h${to.head}<${to.input}>`;
  if (to.part === 'mlp') return `m${to.layer}`;
  return to.part === 'resid' ? `resid${to.layer}` : 'logits';
}

/** 'a0.h1->a2.h0<k>' */
export const edgeName = ({ from, to }: Edge): string => `${from}->${to}`;

/** Throws an Error naming `where` if the model has no such sender. */
export function parseSender(name: string, spec: ModelSpec, where = 'edge'): Sender {
  const { nLayers: L, nHeads: H, dMlp: M } = spec;
  if (name === 'input') return { part: 'input' };
  const [, kind, l, inner, i] = /^(a|m|resid)(\d+)(?:\.([hn])(\d+))?$/.exec(name) ?? [];
  const [layer, index] = [Number(l), i === undefined ? null : Number(i)];
  if (kind === 'a' && inner === 'h' && layer < L && index! < H) return { part: 'head', layer, head: index! };
  if (kind === 'm' && inner === undefined && layer < L && M > 0) return { part: 'mlp', layer };
  if (kind === 'm' && inner === 'n') refuseNeurons(spec, layer, where);
  if (kind === 'm' && inner === 'n' && layer < L && index! < M)
    return { part: 'neuron', layer, neuron: index! };
  if (kind === 'resid' && inner === undefined && layer < L) return { part: 'resid', layer };
  throw new Error(
    `${where}: no such sender, got ${quoted(name)}, expected 'input', a0.h0 to a${L - 1}.h${H - 1}` +
      `${M > 0 ? `, m0 to m${L - 1}, one of their neurons (m0.n0 to m${L - 1}.n${M - 1})` : ''} or resid0 to resid${L - 1}.`,
  );
}

/** Throws an Error naming `where` if block `layer` has experts, each with its own neurons. */
export function refuseNeurons(spec: ModelSpec, layer: number, where: string): void {
  if (expertsOf(spec, layer))
    throw new Error(
      `${where}: block ${layer} is a mixture of experts, got its neurons, expected m${layer}, the whole mixture.`,
    );
}

/** Throws an Error naming `where` if the model has no such receiver. */
export function parseReceiver(name: string, spec: ModelSpec, where = 'edge'): Receiver {
  const { nLayers: L, nHeads: H, nKvHeads: G, dMlp: M } = spec;
  if (name === 'logits') return { part: 'logits' };
  const [, l, h, input] = /^a(\d+)\.h(\d+)<([qkv])>$/.exec(name) ?? [];
  if (l !== undefined && Number(l) < L && Number(h) < (input === 'q' ? H : G))
    return { part: 'head', layer: Number(l), head: Number(h), input: input as 'q' };
  const [, kind, n] = /^(m|resid)(\d+)$/.exec(name) ?? [];
  if (kind === 'm' && Number(n) < L && M > 0) return { part: 'mlp', layer: Number(n) };
  if (kind === 'resid' && Number(n) < L) return { part: 'resid', layer: Number(n) };
  throw new Error(
    `${where}: no such receiver, got ${quoted(name)}, expected a0.h0<q> to a${L - 1}.h${H - 1}<q>, ` +
      `a0.h0<k> to a${L - 1}.h${G - 1}<v> (key-value heads)${M > 0 ? `, m0 to m${L - 1}` : ''}, resid0 to resid${L - 1} or 'logits'.`,
  );
}

/** Input, then each block's heads and MLP, in the order of computation. */
export function sendersOf(spec: Shape): Sender[] {
  const blocks = range(0, spec.nLayers).flatMap((layer): Sender[] => [
    ...range(0, spec.nHeads).map((head): Sender => ({ part: 'head', layer, head })),
    ...(spec.dMlp > 0 ? [{ part: 'mlp', layer } as const] : []),
  ]);
  return [{ part: 'input' }, ...blocks];
}

/** Each block's heads (q, k and v of head 0, then of head 1, ...) and MLP, then the logits. */
export function receiversOf(spec: Shape): Receiver[] {
  const { nHeads: H, nKvHeads: G } = spec;
  const blocks = range(0, spec.nLayers).flatMap((layer): Receiver[] => [
    ...range(0, H).flatMap((head) =>
      INPUTS.filter((input) => input === 'q' || head < G).map(
        (input): Receiver => ({ part: 'head', layer, head, input }),
      ),
    ),
    ...(spec.dMlp > 0 ? [{ part: 'mlp', layer } as const] : []),
  ]);
  return [...blocks, { part: 'logits' }];
}

/**
 * When a sender writes, in half blocks; `read` below is the counterpart for receivers. The stream
 * itself counts half a step before its block. In a parallel block both halves read at the same
 * time.
 */
function written(spec: Shape, from: Sender): number {
  if (from.part === 'input') return -0.5;
  if (from.part === 'resid') return 2 * from.layer - 0.5;
  return from.part === 'head' && !spec.parallel ? 2 * from.layer : 2 * from.layer + 1;
}

function read(spec: Shape, to: Receiver): number {
  if (to.part === 'logits') return 2 * spec.nLayers;
  if (to.part === 'resid') return 2 * to.layer - 0.5;
  return to.part === 'mlp' && !spec.parallel ? 2 * to.layer + 1 : 2 * to.layer;
}

/** Whether what `from` writes is in the stream that `to` reads. */
export function isUpstream(spec: Shape, from: Sender, to: Receiver): boolean {
  return written(spec, from) < read(spec, to);
}

/**
 * Every edge between heads, MLPs, input and logits: receivers in the order of the pass, each with
 * every earlier sender.
 */
export function edgesOf(spec: Shape): Edge[] {
  const edges: Edge[] = [];
  forEachEdge(spec, (from, to) => edges.push({ from, to }));
  return edges;
}

/** Visits the names of `edgesOf` one by one: millions of edges share a few thousand names. */
export function forEachEdge(spec: Shape, visit: (from: string, to: string) => void): void {
  const senders = sendersOf(spec).map((from) => ({ name: senderName(from), at: written(spec, from) }));
  for (const to of receiversOf(spec)) {
    const [name, at] = [receiverName(to), read(spec, to)];
    for (const from of senders) if (from.at < at) visit(from.name, name);
  }
}

/** The length of `edgesOf`, without listing the edges. */
export function edgeCount({ nLayers: L, nHeads: H, nKvHeads: G, dMlp, parallel }: Shape): number {
  const M = dMlp > 0 ? 1 : 0;
  const inputs = H + 2 * Math.min(G, H) + M;
  // Block l reads the input and the writes of l blocks; its MLP also reads its heads.
  const earlier = L + ((H + M) * L * (L - 1)) / 2;
  return inputs * earlier + (parallel ? 0 : M * H * L) + 1 + L * (H + M);
}

/** A box in the picture: a sender, or the logits (layer nLayers). The input has layer -1. */
export interface Component {
  readonly id: string;
  readonly kind: 'input' | 'head' | 'mlp' | 'logits';
  readonly layer: number;
}

/** Input, then each block's heads and MLP, then the logits: the ends of edges. */
export function componentsOf(spec: Shape): Component[] {
  const blocks = sendersOf(spec).flatMap((from): Component[] =>
    from.part === 'head' || from.part === 'mlp'
      ? [{ id: senderName(from), kind: from.part, layer: from.layer }]
      : [],
  );
  return [
    { id: 'input', kind: 'input', layer: -1 },
    ...blocks,
    { id: 'logits', kind: 'logits', layer: spec.nLayers },
  ];
}

/** The nodes that read through a receiver; query heads may share keys and values. */
export function nodesOfReceiver(spec: ModelSpec, to: Receiver): string[] {
  if (to.part !== 'head' || to.input === 'q')
    return [to.part === 'head' ? `a${to.layer}.h${to.head}` : receiverName(to)];
  const shared = spec.nHeads / spec.nKvHeads;
  return range(0, shared).map((i) => `a${to.layer}.h${to.head * shared + i}`);
}

/** A node's inputs. The input has none, nor do neurons: their MLP reads for them. */
export function receiversOfNode(spec: ModelSpec, name: string): Receiver[] {
  if (name === 'logits') return [{ part: 'logits' }];
  const node = parseSender(name, spec, 'node');
  if (node.part === 'mlp' || node.part === 'resid') return [{ part: node.part, layer: node.layer }];
  if (node.part !== 'head') return [];
  const { layer, head } = node;
  const shared = spec.nHeads / spec.nKvHeads;
  return INPUTS.map((input) => ({
    part: 'head',
    layer,
    head: input === 'q' ? head : Math.floor(head / shared),
    input,
  }));
}

/** Throws unless the residual stream is the sum of what is added to it. */
export function refuseWithoutEdges({ placement, head, family }: ModelSpec, where: string): void {
  if ((placement === 'pre' || placement === 'none') && head !== 'none') return;
  const got = head === 'none' ? 'no unembedding' : `norms of placement ${quoted(placement)}`;
  throw new Error(
    `${where}: edges need a residual stream that only adds and is read out to logits, got ${got} (${family}), ` +
      'expected norms before each branch. Use path patching of nodes, ablation or another model.',
  );
}
