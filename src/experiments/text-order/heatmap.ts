/** Information contribution: documents by layers, order by order. */
import type { Figure } from '../../results/document';
import { averaged } from '../common/average';
import { numbered } from '../common/axes';
import type { DocumentContext } from '../experiment';
import { caseOf, type Item, overItems, type PromptNumbers } from './items';
import type { TextOrderSpec } from './spec';
import { maxOf } from '../../util/lists';

/** Rows: gold documents, then the others, wherever placed; then the question and the rest. */
export function contributionFigure(
  spec: TextOrderSpec,
  items: readonly Item[],
  { spec: model }: DocumentContext,
  run: keyof PromptNumbers,
): Figure {
  const { labels, documentOf } = documentRows(spec);
  const cells = ({ item, orders }: Item) =>
    orders.flatMap((numbers, order) => {
      const { permutation } = spec.layouts[caseOf(spec, item, order)]!;
      const table = numbers[run]!.contribution;
      const n = permutation.length;
      const places = labels.map((_, row) => permutation.indexOf(documentOf(item, row)));
      return [...places, n, n + 1].flatMap((place) => table.map((own) => own[place] ?? null));
    });
  const isCausal = run === 'causal';
  return {
    name: isCausal ? 'contribution' : 'contribution_both_ways',
    title: `information contribution${isCausal ? '' : ', attention both ways'}`,
    axes: [
      { name: 'order', labels: [...spec.orders] },
      { name: 'document', labels: [...labels, 'question', 'elsewhere'] },
      numbered('layer', model.nLayers),
    ],
    unit: 'share of attention',
    ...averaged(items.map(cells), overItems(spec, items)),
    drawn: 'heatmap',
    scale: 'positive',
    caption: 'Attention from the answer’s row, summed over each part’s tokens, mean over heads.',
  };
}

const MOST_LETTERS = 28;

function documentRows({ items }: TextOrderSpec): {
  labels: readonly string[];
  documentOf(item: number, row: number): number;
} {
  const rows = items.map(({ documents, gold = [] }) => [
    ...gold,
    ...documents.flatMap((_, d) => (gold.includes(d) ? [] : [d])),
  ]);
  const golds = maxOf(items.map(({ gold = [] }) => gold.length));
  // A rank may be gold in one item and not in another: each kind has its own rows.
  const others = maxOf(items.map(({ documents, gold = [] }) => documents.length - gold.length));
  const rowOf = (item: number, row: number): number => {
    const { gold = [] } = items[item]!;
    const place = row < golds ? (row < gold.length ? row : -1) : row - golds + gold.length;
    return rows[item]![place] ?? -1;
  };
  const named = Array.from({ length: golds + others }, (_, row) =>
    row < golds ? `gold ${row + 1}` : `${golds > 0 ? 'other' : 'document'} ${row - golds + 1}`,
  );
  const text = (row: number) => {
    const words = items[0]!.documents[rowOf(0, row)]!.trim();
    return words.length > MOST_LETTERS ? `${words.slice(0, MOST_LETTERS - 1)}…` : words;
  };
  const labels = items.length > 1 ? named : named.map((name, row) => `${name}: ${text(row)}`);
  return { labels, documentOf: rowOf };
}
