/** Lines between blocks below the nodes; names of blocks and columns above them, always in sight. */
import { memo } from 'react';
import type { Graph } from '../../results/graph';
import { nth } from '../../view/marks/names';
import { fitted } from '../../view/marks/scene';
import type { Transform } from '../../view/marks/zoom';
import type { Layout } from './layoutParts';
import type { Picture } from './picture';
import { shortName } from './words';

interface FurnitureProps extends Transform {
  readonly layout: Layout;
}

export const BlockLines = memo(function BlockLines({ layout, k, y }: Omit<FurnitureProps, 'x'>) {
  return (
    <g className="graph-furniture">
      {named(layout, k).map(({ layer, top }) => (
        <line key={layer} x1={0} x2={layout.width} y1={top * k + y} y2={top * k + y} />
      ))}
    </g>
  );
});

/** Height of a block's name. */
const NAME = 12;

/** Every block, or every second, fifth or tenth. */
function named({ blocks }: Layout, k: number): Layout['blocks'] {
  const height = (blocks[0]!.y - (blocks[1]?.y ?? 0)) * k;
  const every = nth(
    NAME / height,
    blocks.map(({ layer }) => `${layer}`),
  );
  return blocks.filter(({ layer }) => layer % every === 0);
}

/** Least distance of a block's name from the columns' names. */
const HEAD = 24;

interface AxisNamesProps extends FurnitureProps {
  readonly picture: Picture;
  readonly graph: Graph;
}

export const AxisNames = memo(function AxisNames({ layout, picture, graph, k, x, y }: AxisNamesProps) {
  const isEnlarged = k > 1;
  const blocks = named(layout, k).filter((block) => !isEnlarged || block.y * k + y > HEAD);
  // The tokens below the picture are out of sight.
  const columns = isEnlarged && graph.positions ? tokenNames(picture, graph) : layout.columns;
  return (
    <g className={isEnlarged ? 'graph-furniture above' : 'graph-furniture'}>
      {blocks.map((block) => (
        <text key={block.layer} x={4} y={block.y * k + y + 4}>
          {fitted(block.name, 90)}
        </text>
      ))}
      {columns.map((column) => (
        <text key={column.x} x={column.x * k + x} y={12} textAnchor="middle">
          {column.text}
        </text>
      ))}
    </g>
  );
});

const tokenNames = ({ nodes }: Picture, graph: Graph): Layout['columns'] =>
  nodes
    .filter(({ kind }) => kind === 'input')
    .map((node) => ({ x: node.place.x, text: shortName(node, graph) }));
