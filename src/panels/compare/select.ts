/** Two graphs compared in words and rows. */
import { type Comparison, type ComparedEdge, compareGraphs } from '../../results/compareGraphs';
import { countText, percent, plain } from '../../results/format';
import type { Graph } from '../../results/graph';
import type { MarkData } from '../../view/marks/data';

export interface CompareView {
  readonly comparison: Comparison;
  /** One sentence with counts and both measures. */
  readonly sentence: string;
  /** Edges kept by either: exclusive ones first, then by the larger score. */
  readonly rows: readonly CompareRow[];
  /** Scores of A against B, largest first; null: no shared edge. */
  readonly scatter: MarkData | null;
}

export interface CompareRow {
  readonly name: string;
  readonly kept: 'both' | 'a' | 'b';
  readonly a: string;
  readonly b: string;
}

export function selectCompare(a: Graph, b: Graph): CompareView {
  const comparison = compareGraphs(a, b);
  const { both, onlyA, onlyB, jaccard, rankCorrelation, ranked, edges } = comparison;
  const measures = [
    ...(jaccard === null ? [] : [`Jaccard ${plain(jaccard)}`]),
    ...(rankCorrelation === null
      ? []
      : [`rank correlation of ${countText(ranked, 'scores')} ${plain(rankCorrelation)}`]),
  ];
  const kept = edges.filter(
    (edge): edge is ComparedEdge & { kept: CompareRow['kept'] } => edge.kept !== 'neither',
  );
  return {
    comparison,
    sentence: `${countText(both, 'edges')} in both, ${onlyA} only in A, ${onlyB} only in B${measures.length > 0 ? `: ${measures.join(', ')}` : ''}.`,
    rows: kept
      .sort((x, y) => Number(x.kept === 'both') - Number(y.kept === 'both') || size(y) - size(x))
      .map(({ name, kept: by, a: x, b: y }) => ({ name, kept: by, a: scoreText(x), b: scoreText(y) })),
    scatter: scatterOf(edges),
  };
}

/** Draws only the largest points. */
const MOST_POINTS = 400;

function scatterOf(edges: readonly ComparedEdge[]): MarkData | null {
  const points = edges
    .filter(({ a, b }) => a !== null && b !== null)
    .sort((x, y) => size(y) - size(x))
    .slice(0, MOST_POINTS);
  if (points.length === 0) return null;
  return {
    rows: points.map(({ name }) => ({ text: name })),
    columns: ['score in A', 'score in B'],
    cell: (row, column) => ({ value: column === 0 ? points[row]!.a : points[row]!.b, label: '' }),
    scale: 'signed',
    domain: [-1, 1],
    extent: [0, 1],
  };
}

const size = ({ a, b }: ComparedEdge): number => Math.max(Math.abs(a ?? 0), Math.abs(b ?? 0));
const scoreText = (score: number | null): string => (score === null ? 'not measured' : percent(score));
