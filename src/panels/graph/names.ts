/** Names of nodes and edges, in documents and in words. */
import { type Graph, type GraphEdge, type GraphNode, placedName } from '../../results/graph';

/** 'a5.h1', with positions 'a5.h1@2' */
export function nodeKey({ id, at }: Pick<GraphNode, 'id' | 'at'>): string {
  return placedName(id.split('@')[0]!, at);
}

export type Port = 'q' | 'k' | 'v';

/** The head input that an edge enters; null for others. */
export function portOf(to: string): Port | null {
  return (/<([qkv])>$/.exec(to)?.[1] as Port | undefined) ?? null;
}

const INPUT_WORDS: Readonly<Record<Port, string>> = { q: 'queries', k: 'keys', v: 'values' };

/** 'a5.h1' -> 'head 1 of block 5' */
export function nodeWords(id: string): string {
  const name = id.split('@')[0]!;
  const [, site, channel] = /^(.+):(\d+)$/.exec(name) ?? [];
  if (site !== undefined) return `channel ${channel} of ${site}`;
  const [, kind, layer, inner, index] = /^(a|m|resid)(\d+)(?:\.([hn])(\d+))?$/.exec(name) ?? [];
  if (kind === 'a') return `head ${index} of block ${layer}`;
  if (kind === 'm') return inner ? `neuron ${index} of the MLP of block ${layer}` : `MLP of block ${layer}`;
  if (kind === 'resid') return `the stream before block ${layer}`;
  return { input: 'the embeddings', logits: 'the logits' }[name] ?? name;
}

/** 'a9.h9<k>' -> 'keys of head 9 of block 9'; shared keys: 'keys of heads 4 to 7 of block 9' */
export function receiverWords(to: string, shape: Graph['shape']): string {
  const port = portOf(to);
  const node = to.replace(/<.>$/, '');
  if (port === null) return nodeWords(node);
  const [first, ...more] = readersOf(to, shape);
  const { layer, head } = headOf(first!)!;
  const who =
    more.length === 0 ? nodeWords(first!) : `heads ${head} to ${head + more.length} of block ${layer}`;
  return `${INPUT_WORDS[port]} of ${who}`;
}

/** 'head 2 of block 5 → keys of head 9 of block 9' */
export function edgeWords({ from, to, at }: GraphEdge, { shape, positions }: Graph): string {
  const where = at === undefined ? '' : `, at ${positions?.[at] ?? at}`;
  return `${nodeWords(from)} → ${receiverWords(to, shape)}${where}`;
}

export function headOf(id: string): { layer: number; head: number } | null {
  const [, layer, head] = /^a(\d+)\.h(\d+)/.exec(id) ?? [];
  return layer === undefined ? null : { layer: Number(layer), head: Number(head) };
}

/** The nodes that read a receiver: for keys and values, every query head that shares them. */
export function readersOf(to: string, shape: Graph['shape']): string[] {
  const port = portOf(to);
  const node = to.replace(/<.>$/, '');
  const place = headOf(node);
  if (!shape || place === null || port === null || port === 'q') return [node];
  const { heads, kvHeads } = shape;
  if (kvHeads === heads) return [node];
  const shared = heads / kvHeads;
  return Array.from({ length: shared }, (_, i) => `a${place.layer}.h${place.head * shared + i}`);
}
