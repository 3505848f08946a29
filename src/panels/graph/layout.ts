/**
 * Layout of a graph's nodes: across by token position, else heads then MLP; blocks bottom to top,
 * each MLP above its attention, embeddings lowest, logits highest. Depends only on shape, nodes,
 * positions and room, so nothing moves when edges change.
 */
import { type Graph, type GraphNode, isModelGraph, type ModelGraph } from '../../results/graph';
import { channelLayout } from './channelLayout';
import { BAR, bounded, EDGE, HEAD, type Layout, type Place } from './layoutParts';
import { nodeKey } from './names';
import { maxOf } from '../../util/lists';

/** Space for block numbers. */
const LEFT = 28;
const ROWS_HEIGHT = 640;
/** Least and most of a row. */
const [LOWEST, HIGHEST] = [3.5, 44];
/** Shares of a row between blocks, and outside them. */
const [BETWEEN, ENDS] = [0.3, 1.1];

/** `room`: a height to fit; none: as high as is legible. */
export const layoutOf = (graph: Graph, width: number, room?: number): Layout =>
  isModelGraph(graph) ? modelLayout(graph, width, room) : channelLayout(graph, width, room);

function modelLayout(graph: ModelGraph, width: number, room?: number): Layout {
  const { shape, nodes, positions } = graph;
  const slots = slotsOf(graph);
  const places = positions?.length ?? 1;
  const inner = slots.count;
  const gap = positions ? 1 : 0;
  const across = places * (inner + gap) - gap;
  const column = bounded((width - LEFT - 2 * EDGE) / across, positions ? 12 : 20, positions ? 60 : 128);
  const perBlock = shape.hasMlp && !shape.parallel ? 2 : 1;
  const row =
    room === undefined
      ? bounded(ROWS_HEIGHT / (perBlock * shape.layers), 20, HIGHEST)
      : bounded(
          (room - HEAD - 4 * BAR - EDGE) / (shape.layers * (perBlock + BETWEEN) + ENDS),
          LOWEST,
          HIGHEST,
        );
  const apart = row * BETWEEN;
  const block = perBlock * row + apart;
  const top = HEAD + 2 * BAR + row * (ENDS - 0.4);
  const bottom = top + shape.layers * block;
  const height = bottom + row * 0.4 + 2 * BAR + EDGE;
  const size = Math.min(11, column * 0.38, row * 0.36);
  const begin = (at: number | undefined) => LEFT + EDGE + (at ?? 0) * (inner + gap) * column;
  const placeOf = (node: GraphNode): Place => {
    const left = begin(node.at);
    if (node.kind === 'input' || node.kind === 'logits') {
      const half = (inner * column) / 2;
      const y = node.kind === 'input' ? height - EDGE - BAR : HEAD + BAR;
      return { x: left + half, y, w: half - 1, h: BAR };
    }
    const under = bottom - node.layer * block;
    const isHigh = (node.kind === 'mlp' || node.kind === 'neuron') && perBlock === 2;
    const x = left + (slots.of(node) + 0.5) * column;
    // A stream precedes its block: below the attention row.
    if (node.kind === 'resid') return { x, y: under - apart / 2, w: size, h: size * 0.6 };
    const y = under - apart / 2 - row * (isHigh ? 1.5 : 0.5);
    const small = node.kind === 'neuron' ? 0.7 : 1;
    return { x, y, w: size * small, h: size * small };
  };
  return {
    width: Math.max(width, begin(places - 1) + inner * column + EDGE),
    height,
    places: new Map(nodes.map((node) => [nodeKey(node), placeOf(node)])),
    column,
    row,
    blocks: Array.from({ length: shape.layers }, (_, layer) => ({
      layer,
      name: `${layer}`,
      y: bottom - layer * block - block / 2,
      top: bottom - (layer + 1) * block,
    })),
    columns: positions
      ? []
      : [
          ...Array.from({ length: shape.heads }, (_, h) => ({
            x: begin(0) + (h + 0.5) * column,
            text: `H${h}`,
          })),
          ...(shape.hasMlp ? [{ x: begin(0) + (shape.heads + 0.5) * column, text: 'MLP' }] : []),
        ],
  };
}

/** Columns of a row: heads, the MLP, then the graph's neurons and streams. */
function slotsOf({ shape, nodes }: ModelGraph): { count: number; of(node: GraphNode): number } {
  const found = new Map<number, Set<number>>();
  for (const node of nodes) {
    if (node.kind === 'neuron')
      found.set(node.layer, (found.get(node.layer) ?? new Set()).add(neuronOf(node)));
  }
  /** By block: each neuron's index among its MLP's. */
  const neurons = new Map(
    [...found].map(([block, own]) => [
      block,
      new Map([...own].sort((a, b) => a - b).map((index, place) => [index, place])),
    ]),
  );
  const most = maxOf(
    [...neurons.values()].map(({ size }) => size),
    0,
  );
  const mlp = shape.heads;
  const first = mlp + (shape.hasMlp ? 1 : 0);
  const hasStream = nodes.some(({ kind }) => kind === 'resid');
  return {
    count: first + most + (hasStream ? 1 : 0),
    of(node) {
      if (node.kind === 'mlp') return mlp;
      if (node.kind === 'neuron') return first + neurons.get(node.layer)!.get(neuronOf(node))!;
      if (node.kind === 'resid') return first + most;
      return Number(/\.h(\d+)/.exec(node.id)![1]);
    },
  };
}

const neuronOf = ({ id }: GraphNode): number => Number(/\.n(\d+)/.exec(id)![1]);
