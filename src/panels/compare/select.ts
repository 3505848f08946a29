/** Two graphs side by side, in words and rows. */
import { type Comparison, type ComparedEdge, compareGraphs } from '../../results/compareGraphs';
import { percent, plain } from '../../results/format';
import type { Graph } from '../../results/graph';

export interface CompareView {
  readonly comparison: Comparison;
  /** One sentence with the counts and the two measures. */
  readonly sentence: string;
  /** Edges that either keeps, those of one alone first, then by the larger of the two scores. */
  readonly rows: readonly CompareRow[];
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
      : [`rank correlation of ${ranked.toLocaleString('en-US')} scores ${plain(rankCorrelation)}`]),
  ];
  const kept = edges.filter(
    (edge): edge is ComparedEdge & { kept: CompareRow['kept'] } => edge.kept !== 'neither',
  );
  return {
    comparison,
    sentence: `${both} edges in both, ${onlyA} only in A, ${onlyB} only in B${measures.length > 0 ? `: ${measures.join(', ')}` : ''}.`,
    rows: kept
      .sort((x, y) => Number(x.kept === 'both') - Number(y.kept === 'both') || size(y) - size(x))
      .map(({ name, kept: by, a: x, b: y }) => ({ name, kept: by, a: scoreText(x), b: scoreText(y) })),
  };
}

const size = ({ a, b }: ComparedEdge): number => Math.max(Math.abs(a ?? 0), Math.abs(b ?? 0));
const scoreText = (score: number | null): string => (score === null ? 'not measured' : percent(score));
