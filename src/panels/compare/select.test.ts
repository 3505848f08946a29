import { expect, it } from 'vitest';
import { plainText } from '../../results/format';
import type { Graph } from '../../results/graph';
import { sampleGraph } from '../../results/testing/sampleGraph';
import { selectCompare } from './select';

const sample = sampleGraph({ layers: 1, heads: 2 });
const graph = (scores: readonly (number | null)[], kept: readonly number[]): Graph => ({
  ...sample,
  edges: scores.map((score, e) => ({ ...sample.edges[e]!, score, kept: kept.includes(e) })),
});

it('what differs comes first, the strongest before the weak, and the sentence counts', () => {
  const a = graph([0.5, 0.1, 0.2, 0.3], [0, 1, 2]);
  const b = graph([0.5, null, 0.2, 0.4], [0, 3]);
  const { sentence, rows } = selectCompare(a, b);
  expect(sentence).toBe(
    '1 edge in both, 2 only in A, 1 only in B: Jaccard 0.25, rank correlation of 3 scores 1.',
  );
  expect(rows.map(({ kept, a: x, b: y }) => [kept, x, y].map(plainText))).toEqual([
    ['b', '30 %', '40 %'],
    ['a', '20 %', '20 %'],
    ['a', '10 %', 'not measured'],
    ['both', '50 %', '50 %'],
  ]);
});

it('two graphs that keep nothing have nothing in common to measure', () => {
  const { sentence, rows } = selectCompare(graph([1, 1], []), graph([1, 1], []));
  expect(sentence).toBe('0 edges in both, 0 only in A, 0 only in B.');
  expect(rows).toEqual([]);
});
