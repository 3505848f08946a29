import { describe, expect, it } from 'vitest';
import { compareGraphs } from './compareGraphs';
import type { Graph } from './graph';
import { sampleGraph } from './testing/sampleGraph';

/** The sample's first edges with these scores and kept flags. */
function withScores(scores: readonly (number | null)[], kept: readonly number[]): Graph {
  const graph = sampleGraph({ layers: 1, heads: 2 });
  return {
    ...graph,
    edges: scores.map((score, e) => ({ ...graph.edges[e]!, score, kept: kept.includes(e) })),
  };
}

describe('two graphs', () => {
  const a = withScores([0.5, 0.1, 0.1, -0.2, 0, 0.9, 0.3], [0, 1, 2, 5]);
  const b = withScores([0.4, 0.2, -0.1, -0.2, 0.2, 0.3, 0.35], [0, 5, 6]);

  it('are counted edge by edge, and ranked as scipy ranks them', () => {
    const { both, onlyA, onlyB, jaccard, rankCorrelation, ranked, edges } = compareGraphs(a, b);
    expect([both, onlyA, onlyB]).toEqual([2, 2, 1]);
    expect(jaccard).toBe(2 / 5);
    // scipy.stats.spearmanr
    expect(rankCorrelation).toBeCloseTo(0.8090909090909091, 12);
    expect(ranked).toBe(7);
    expect(edges.map(({ kept }) => kept)).toEqual(['both', 'a', 'a', 'neither', 'neither', 'both', 'b']);
  });

  it('may hold different edges: each is there once, and ranks are over the common ones', () => {
    const part = { ...b, edges: b.edges.slice(4) };
    const { edges, ranked, onlyA } = compareGraphs({ ...a, edges: a.edges.slice(0, 6) }, part);
    expect(edges).toHaveLength(7);
    expect(edges.at(-1)).toMatchObject({ kept: 'b', a: null, b: 0.35 });
    expect([ranked, onlyA]).toEqual([2, 3]);
  });

  it('a graph is like itself; where nothing can be said, nothing is', () => {
    expect(compareGraphs(a, a)).toMatchObject({ jaccard: 1, rankCorrelation: 1, onlyA: 0, onlyB: 0 });
    const silent = withScores([null, null, 1, 1], []);
    expect(compareGraphs(silent, silent)).toMatchObject({ jaccard: null, rankCorrelation: null, ranked: 2 });
  });

  it('of other shapes are refused in one sentence', () => {
    expect(() => compareGraphs(a, sampleGraph({ layers: 1, heads: 3 }))).toThrow(
      'compare: the graphs are not of one shape, got 1 blocks of 3 heads and an MLP, over all positions, ' +
        'expected 1 blocks of 2 heads and an MLP, over all positions. Choose a graph of the same model.',
    );
    expect(() =>
      compareGraphs(sampleGraph({ positions: ['x', 'y'] }), sampleGraph({ positions: ['x'] })),
    ).toThrow(/got 2 blocks .* at 1 positions, expected 2 blocks .* at 2 positions/);
  });
});
