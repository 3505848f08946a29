/** The drawn edges as a table. */
import { useMemo, useState } from 'react';
import type { Graph } from '../../results/graph';
import { intervalText, plain, scientific } from '../../results/format';
import { count } from '../../ui/format';
import { LinkButton } from '../../ui/LinkButton';
import type { Side } from './overlay';
import type { DrawnEdge, Picture } from './picture';
import { endWords, signedPercent } from './words';

export interface EdgeTableProps {
  readonly graph: Graph;
  readonly picture: Picture;
  readonly selection: string | null;
  readonly onSelect: (id: string) => void;
}

type Column = 'from' | 'to' | 'score' | 'kept';
const NAMES: Readonly<Record<Column, string>> = { from: 'From', to: 'To', score: 'Score', kept: 'Found' };
const KEEPERS: Readonly<Record<Side, string>> = { shared: 'A and B', a: 'A', b: 'B' };
const AT_ONCE = 100;

export function EdgeTable({ graph, picture, selection, onSelect }: EdgeTableProps) {
  const [order, setOrder] = useState<{ by: Column; down: boolean }>({ by: 'score', down: true });
  const [rows, setRows] = useState(AT_ONCE);
  const sorted = useMemo(() => sortedEdges(picture, order.by, order.down), [picture, order]);
  const turn = (by: Column) =>
    setOrder((before) => ({ by, down: before.by === by ? !before.down : by === 'score' || by === 'kept' }));
  return (
    <div className="graph-table" data-testid="graph-table">
      <table>
        <caption className="visually-hidden">
          The {count(sorted.length)} edges drawn; scores are shares of the answer
        </caption>
        <thead>
          <tr>
            {(Object.keys(NAMES) as Column[]).map((column) => (
              <th
                key={column}
                scope="col"
                className={column === 'score' ? undefined : 'left'}
                aria-sort={order.by !== column ? 'none' : order.down ? 'descending' : 'ascending'}
              >
                <LinkButton onClick={() => turn(column)}>
                  {NAMES[column]}
                  <span aria-hidden="true">{order.by === column ? (order.down ? ' ↓' : ' ↑') : ''}</span>
                </LinkButton>
              </th>
            ))}
            <th scope="col" title={graph.rule ?? 'The rule of an older version'}>
              {graph.rule ? '95 %' : 'interval'}
            </th>
            <th scope="col">p</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, rows).map((edge) => (
            <Row
              key={edge.id}
              edge={edge}
              graph={graph}
              picture={picture}
              isSelected={edge.id === selection}
              onSelect={onSelect}
            />
          ))}
        </tbody>
      </table>
      {sorted.length > rows && (
        <button type="button" className="button" onClick={() => setRows(rows + 5 * AT_ONCE)}>
          Show more of {count(sorted.length)}
        </button>
      )}
    </div>
  );
}

interface RowProps extends Omit<EdgeTableProps, 'selection'> {
  readonly edge: DrawnEdge;
  readonly isSelected: boolean;
}

function Row({ edge, graph, picture, isSelected, onSelect }: RowProps) {
  const only = edge.edges.length === 1 ? graph.edges[edge.edges[0]!]! : null;
  const interval = only?.interval;
  const p = only?.p ?? null;
  const score =
    edge.score === null
      ? 'not measured'
      : `${signedPercent(edge.score)}${edge.measured ? '' : ' (estimate)'}`;
  return (
    <tr className={isSelected ? 'selected' : undefined}>
      <th scope="row">
        <LinkButton aria-pressed={isSelected} onClick={() => onSelect(edge.id)}>
          {endWords(edge, 'from', picture, graph)}
        </LinkButton>
      </th>
      <td className="left">{endWords(edge, 'to', picture, graph)}</td>
      <td>{only ? score : `${score}, sum of ${edge.edges.length}`}</td>
      <td className="left">{edge.side === null ? (edge.kept ? 'yes' : 'no') : KEEPERS[edge.side]}</td>
      <td>{interval ? intervalText({ percent: true }, interval) : ''}</td>
      <td>{p === null ? '' : p < 0.001 ? scientific(p) : plain(p)}</td>
    </tr>
  );
}

/** Scores by |size|; nodes in forward order. */
export function sortedEdges({ edges, nodes }: Picture, by: Column, down: boolean): DrawnEdge[] {
  const depth = (i: number) => -nodes[i]!.place.y * 1e4 + nodes[i]!.place.x;
  const value = (edge: DrawnEdge): number => {
    if (by === 'score') return edge.score === null ? -1 : Math.abs(edge.score);
    if (by === 'kept')
      return edge.side === null ? Number(edge.kept) : ['b', 'a', 'shared'].indexOf(edge.side);
    return depth(by === 'from' ? edge.from : edge.to[0]!);
  };
  const sign = down ? -1 : 1;
  return edges
    .map((edge) => ({ edge, value: value(edge) }))
    .sort((a, b) => sign * (a.value - b.value) || Math.abs(b.edge.score ?? 0) - Math.abs(a.edge.score ?? 0))
    .map(({ edge }) => edge);
}
