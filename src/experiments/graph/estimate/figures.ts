/** The strongest estimates beside what cutting those edges does. */
import type { Figure } from '../../../results/document';
import { countText } from '../../../results/format';
import { mean } from '../../../statistics/stats';
import { agreementScatter, agreementTable, type Pair } from '../../common/agreementFigures';
import { rankingTable } from '../../common/rankingTable';
import type { GraphFound } from '../search/result';
import type { SearchSpace } from '../searchSpace';

const UNIT = 'share of clean - corrupted';

export function estimateFigures({ edges, spec, heldOut }: SearchSpace, found: GraphFound): Figure[] {
  const pairs = pairsOf(edges, found, found.measured);
  if (pairs.length === 0) return [];
  const all = pairs.length === edges.length;
  const measured =
    spec.direction === 'denoise' && spec.method === 'eap'
      ? 'cut alone in the clean run, while the gradient is that of the twin’s run'
      : 'cut alone in the clean run';
  const name = all ? 'all' : 'the strongest estimates';
  const apart = pairsOf(edges, found, found.measuredApart);
  const onOthers = `on ${countText(heldOut.length, 'held-out prompts')}`;
  const rows = [
    { name, pairs, base: 0 },
    ...(apart.length > 0 ? [{ name: `${name}, ${onOthers}`, pairs: apart, base: 0 }] : []),
  ];
  return [
    agreementScatter({
      name: 'agreement of edges',
      title: all ? 'every edge: estimate and measured' : `the ${pairs.length} strongest estimates, measured`,
      unit: UNIT,
      pairs,
      caption: `Each point: one edge, by its estimate, and ${measured}. On the diagonal the estimate is what was measured.`,
    }),
    agreementTable({
      rowsAre: 'edges',
      rows,
      ...(all ? {} : { top: (n: number) => Math.ceil(n / 2) }),
      caption: all
        ? 'R² is 1 if every estimate is exact; it can be negative.'
        : 'Only edges with the largest estimates: what the estimate passed by is not among them. R² can be negative.',
    }),
    ...(found.lengths ? [rankings(found, apart.length > 0 ? onOthers : '')] : []),
  ];
}

/** Edges of one of the two measurements, in the order of the space. */
const pairsOf = (
  edges: SearchSpace['edges'],
  found: GraphFound,
  measured: GraphFound['measured'] = new Map(),
): Pair[] =>
  [...measured].map(([e, scores]) => ({
    label: edges[e]!.name,
    estimated: mean(found.edges[e]!.scores!),
    measured: mean(scores),
  }));

/** Of all edges; `where`: the prompts, if they are held-out ones. */
function rankings({ edges, measured, measuredApart, lengths }: GraphFound, where: string): Figure {
  const judged = [...(where === '' ? measured! : measuredApart!)];
  const of = (numbers: readonly number[]) => judged.map(([e]) => numbers[e]!);
  return rankingTable(
    'edges',
    [
      {
        name: where === '' ? 'edges' : `edges, ${where}`,
        measured: judged.map(([, scores]) => mean(scores)),
        estimated: of(edges.map(({ scores }) => mean(scores!))),
        difference: of(lengths!.difference),
        gradient: of(lengths!.gradient),
      },
    ],
    'Order by size alone. Difference: how far what the sender writes is from its replacement. Gradient: how steep the ' +
      'answer is at the receiver. Random order: what is to be expected.',
  );
}
