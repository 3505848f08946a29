/** The strongest estimates beside what cutting those edges does. */
import type { Figure } from '../../../results/document';
import { mean } from '../../../statistics/stats';
import { agreementScatter, agreementTable, type Pair } from '../../common/agreementFigures';
import type { GraphFound } from '../search/result';
import type { SearchSpace } from '../searchSpace';

const UNIT = 'share of clean - corrupted';

export function estimateFigures({ edges, spec }: SearchSpace, found: GraphFound): Figure[] {
  const pairs = [...(found.measured ?? [])].map(
    ([e, scores]): Pair => ({
      label: edges[e]!.name,
      estimated: mean(found.edges[e]!.scores!),
      measured: mean(scores),
    }),
  );
  if (pairs.length === 0) return [];
  const all = pairs.length === edges.length;
  const measured =
    spec.direction === 'denoise' && spec.method === 'eap'
      ? 'cut alone in the clean run, while the gradient is that of the twin’s run'
      : 'cut alone in the clean run';
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
      rows: [{ name: all ? 'all' : 'the strongest estimates', pairs, base: 0 }],
      top: Math.ceil(pairs.length / 2),
      caption: all
        ? 'R² is 1 if every estimate is exact; it can be negative.'
        : 'Only edges with the largest estimates: what the estimate passed by is not among them. R² can be negative.',
    }),
  ];
}
