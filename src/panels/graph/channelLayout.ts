/**
 * Layout of a net's graph: a row per layer, bottom to top, its channels side by side in their order;
 * the class above all.
 */
import type { Graph, GraphNode } from '../../results/graph';
import { range } from '../../util/range';
import { maxOf } from '../../util/lists';
import { BAR, bounded, EDGE, HEAD, type Layout, type Place } from './layoutParts';
import { nodeKey } from './names';

/** Room for the layers' names. */
const LEFT = 96;
const [LOWEST, HIGHEST] = [14, 72];
const ROWS_HEIGHT = 560;

/** `room`: a height to fit; none: as high as is legible. */
export function channelLayout({ nodes, layers = [] }: Graph, width: number, room?: number): Layout {
  const rows = range(0, layers.length).map((layer) =>
    nodes.filter((node) => node.kind === 'channel' && node.layer === layer),
  );
  const most = maxOf(
    rows.map(({ length }) => length),
    1,
  );
  const inner = Math.max(width - LEFT - EDGE, 12 * most);
  const above = HEAD + 3 * BAR;
  const fit = ((room ?? ROWS_HEIGHT) - above - EDGE) / layers.length;
  const row = bounded(fit, LOWEST, HIGHEST);
  const height = above + row * layers.length + EDGE;
  const yOf = (layer: number) => height - EDGE - row * (layer + 0.5);
  const column = bounded(inner / most, 12, 128);
  const size = Math.min(11, column * 0.42, row * 0.36);
  const place = new Map<string, Place>();
  const put = (node: GraphNode, at: Place) => place.set(nodeKey(node), at);
  for (const [layer, own] of rows.entries()) {
    const apart = inner / own.length;
    for (const [i, node] of own.entries())
      put(node, { x: LEFT + (i + 0.5) * apart, y: yOf(layer), w: size, h: size });
  }
  for (const node of nodes)
    if (node.kind === 'logits') put(node, { x: LEFT + inner / 2, y: HEAD + BAR, w: inner / 2 - 1, h: BAR });
  return {
    width: LEFT + inner + EDGE,
    height,
    places: place,
    column,
    row,
    blocks: layers.map((name, layer) => ({
      layer,
      name,
      y: yOf(layer),
      top: yOf(layer) - row / 2,
    })),
    columns: [],
  };
}
