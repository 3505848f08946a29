/** The picture's nodes: elements, one of them focusable. */
import { memo } from 'react';
import type { Graph } from '../../results/graph';
import { fitted } from '../../view/marks/scene';
import { LEGIBLE } from './enlarge';
import type { DrawnNode, Picture } from './picture';
import { labelOfNode, shortName } from './words';

export interface GraphNodesProps {
  readonly graph: Graph;
  readonly picture: Picture;
  readonly pinned: readonly string[];
  readonly selection: string | null;
  readonly gathered: readonly string[];
  readonly notes: Readonly<Record<string, string>>;
  /** Enlargement. */
  readonly scale: number;
  readonly onSelect: (id: string) => void;
  /** A node has the focus and may be out of sight. */
  readonly onReach: (id: string) => void;
}

export const GraphNodes = memo(function GraphNodes(props: GraphNodesProps) {
  const { graph, picture, pinned, selection, gathered, notes, scale } = props;
  const { nodes } = picture;
  // The selected node, else the first with edges.
  const focus =
    selection !== null && picture.indexOf.has(selection)
      ? selection
      : (nodes.find(({ degree }) => degree > 0) ?? nodes[0])?.id;
  return nodes.map((node, i) => (
    <g
      key={node.id}
      data-node={i}
      data-id={node.id}
      data-testid="graph-node"
      className={classOf(node, selection, pinned, gathered)}
      role="button"
      tabIndex={node.id === focus ? 0 : -1}
      aria-label={spokenLabel(node, picture, graph, notes[node.id])}
      aria-pressed={pinned.includes(node.id)}
      onFocus={(event) => {
        props.onReach(node.id);
        // Keyboard focus selects; a click pins.
        if (event.currentTarget.matches(':focus-visible')) props.onSelect(node.id);
      }}
    >
      <Shape node={node} />
      {node.place.w * scale >= LEGIBLE && <Name node={node} scale={scale} text={shortName(node, graph)} />}
      {node.kind === 'head' && <Ports node={node} scale={scale} />}
      {notes[node.id] && (
        <text
          className="graph-note"
          x={node.place.x + node.place.w + 2 / scale}
          y={node.place.y - node.place.h + 3 / scale}
        >
          {fitted(notes[node.id]!.replaceAll('\n', ' '), 140)}
        </text>
      )}
    </g>
  ));
});

/** Includes what is written in the node ('H2'): voice control goes by what is seen. */
function spokenLabel(node: DrawnNode, picture: Picture, graph: Graph, note: string | undefined): string {
  const [label, written] = [labelOfNode(node, picture, graph), shortName(node, graph)];
  const named = label.toLowerCase().includes(written.toLowerCase()) ? label : `${written}, ${label}`;
  return note ? `${named}. ${note}` : named;
}

function classOf(
  { id, kind, degree, cut }: DrawnNode,
  selection: string | null,
  pinned: readonly string[],
  gathered: readonly string[],
): string {
  return [
    'graph-node',
    kind,
    ...(degree === 0 ? ['bare'] : []),
    ...(cut ? ['cut'] : []),
    ...(pinned.includes(id) ? ['pinned'] : []),
    ...(gathered.includes(id) ? ['gathered'] : []),
    ...(id === selection ? ['selected'] : []),
  ].join(' ');
}

function Shape({ node: { kind, place } }: { readonly node: DrawnNode }) {
  const { x, y, w, h } = place;
  if (kind === 'head') return <circle cx={x} cy={y} r={w} />;
  return <rect x={x - w} y={y - h} width={2 * w} height={2 * h} rx={kind === 'group' ? 4 : 2} />;
}

/** Letters grow less than nodes, in pixels on the page. */
const LARGEST = 13;

interface NameProps {
  readonly node: DrawnNode;
  readonly scale: number;
  readonly text: string;
}

function Name({ node: { kind, place }, scale, text }: NameProps) {
  const isSmall =
    kind === 'head' || kind === 'mlp' || kind === 'neuron' || kind === 'resid' || kind === 'channel';
  const wide = place.w * scale;
  const pixels = Math.min(LARGEST, isSmall ? Math.min(9 * scale, wide * 0.85) : 11 * scale);
  const size = pixels / scale;
  return (
    <text x={place.x} y={place.y + size * 0.36} fontSize={size} textAnchor="middle">
      {fitted(text, (2 * wide + 6) * Math.min(1, 11 / pixels))}
    </text>
  );
}

/** Entry points of queries, keys and values: named while the head is highlighted. */
function Ports({ node: { place }, scale }: Omit<NameProps, 'text'>) {
  const { x, y, w, h } = place;
  return (
    <g className="graph-ports">
      {(['q', 'k', 'v'] as const).map((port, i) => (
        <text key={port} x={x + (i - 1) * w * 0.95} y={y + h + Math.min(7, 10 / scale)} textAnchor="middle">
          {port}
        </text>
      ))}
    </g>
  );
}
