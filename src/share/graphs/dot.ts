/**
 * The kept edges for graphviz, styled like EAP-IG (github.com/hannamw/EAP-IG: `Graph.to_graphviz`):
 * colour by input, red and dashed for negative, width by score.
 */
import { type Graph, type GraphEdge, placedName } from '../../results/graph';
import { dot, joined, textOf } from '../../util/code/dot';
import { type GraphDocument, inputOf, nodeOf, receiversAlone } from './names';

const INPUT_COLOURS = { q: '#FF00FF', k: '#00FF00', v: '#0000FF' } as const;
const OTHER = '#000000';
const NEGATIVE = '#FF0000';
/** Pastel2 of ColorBrewer, cycling over blocks. */
const FILLS = ['#b3e2cd', '#fdcdac', '#cbd5e8', '#f4cae4', '#e6f5c9', '#fff2ae', '#f1e2cc', '#cccccc'];
/** Pen widths in points. */
const [THINNEST, WIDEST] = [0.6, 5];

export function toDot({ graph, finding }: GraphDocument): string {
  const kept = graph.edges.filter((edge) => edge.kept);
  const width = widths(graph);
  const drawn = kept.flatMap((edge) => receiversAlone(edge.to, graph.shape).map((to) => ({ ...edge, to })));
  const named = new Map(graph.nodes.map((node) => [node.id, node]));
  const ids = new Set(
    drawn.flatMap(({ from, to, at }) => [from, nodeOf(to)].map((name) => placedName(name, at))),
  );
  const nodes = [...ids].map((id) => {
    const { layer, at } = named.get(id) ?? { layer: -1, at: undefined };
    const label = at === undefined ? id : `${id.replace(/@\d+$/, '')}\n${graph.positions?.[at]}`;
    return dot`  ${id} [label=${label}, fillcolor=${FILLS[(layer + 1) % FILLS.length]!}];`;
  });
  const edges = drawn.map((edge) => {
    const { from, to, at, score, measured } = edge;
    const attributes = [
      dot`color=${colourOf(edge)}`,
      dot`penwidth=${width(score)}`,
      ...((score ?? 0) < 0 ? [dot`style="dashed"`] : []),
      ...(score === null
        ? []
        : [dot`tooltip=${`${from}->${to}: ${score}${measured === false ? ' (estimate)' : ''}`}`]),
    ];
    return dot`  ${placedName(from, at)} -> ${placedName(nodeOf(to), at)} [${joined(attributes, ', ')}];`;
  });
  const lines = [
    dot`digraph {`,
    dot`  bgcolor="white"; overlap="false"; splines="true"; label=${finding}; fontname="Helvetica";`,
    dot`  node [shape="box", style="filled, rounded", color="black", fontname="Helvetica"];`,
    ...nodes,
    ...edges,
    dot`}\n`,
  ];
  return textOf(joined(lines));
}

function colourOf({ to, score }: GraphEdge): string {
  const input = inputOf(to);
  if (input) return INPUT_COLOURS[input];
  return (score ?? 0) < 0 ? NEGATIVE : OTHER;
}

/** |score| relative to all the graph's edges, kept or not. */
function widths({ edges }: Graph): (score: number | null) => string {
  const sizes = edges.map(({ score }) => Math.abs(score ?? 0));
  const [least, most] = sizes.reduce(
    ([low, high], size) => [Math.min(low, size), Math.max(high, size)] as const,
    [Number.POSITIVE_INFINITY, 0] as readonly [number, number],
  );
  const share = (size: number) => (most > least ? (size - least) / (most - least) : 1);
  return (score) => Math.max(THINNEST, WIDEST * share(Math.abs(score ?? 0))).toFixed(2);
}
