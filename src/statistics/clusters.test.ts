import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clusterMean, clusterWeights } from './clusters';
import { standardNormals } from '../util/random';
import { tInterval } from './stats';

interface Golden {
  readonly values: readonly number[];
  readonly clusters: readonly string[];
}

describe('means over clusters', () => {
  it('have the errors and degrees of freedom of CR2 in its matrix form (numpy, float64)', async () => {
    const { clusters: goldens } = JSON.parse(await readFile('reference/statistics/golden.json', 'utf8')) as {
      clusters: (Golden & Record<'byCluster' | 'byCase', { mean: number; error: number; df: number }>)[];
    };
    expect(goldens.length).toBe(4);
    for (const { values, clusters, byCluster, byCase } of goldens) {
      for (const [weigh, right] of [
        ['clusters', byCluster],
        ['cases', byCase],
      ] as const) {
        const { mean, error, df } = clusterMean(values, clusters, weigh);
        expect(mean).toBeCloseTo(right.mean, 12);
        expect(error).toBeCloseTo(right.error, 12);
        expect(df).toBeCloseTo(right.df, 9);
      }
    }
  });

  it('of equal sizes are Student’s t on the clusters’ means', () => {
    const means = [3, 4, 5, 6, 7, 11];
    const values = means.flatMap((x) => [x - 1, x + 1]);
    const clusters = means.flatMap((x) => [`${x}`, `${x}`]);
    for (const weigh of ['clusters', 'cases'] as const) {
      const found = clusterMean(values, clusters, weigh);
      expect(found).toMatchObject({ df: 5, clusters: 6, isEqual: true });
      expect(found.interval![0]).toBeCloseTo(tInterval(means)![0], 12);
      expect(found.interval![1]).toBeCloseTo(tInterval(means)![1], 12);
    }
  });

  it('give every cluster, or every case, the same weight', () => {
    const [values, clusters] = [
      [0, 0, 0, 8],
      ['a', 'a', 'a', 'b'],
    ] as const;
    expect(clusterMean(values, clusters).mean).toBe(4);
    expect(clusterMean(values, clusters, 'cases').mean).toBe(2);
  });

  it('have no interval below five clusters, and one of five', () => {
    const of = (n: number) =>
      clusterMean(
        [...standardNormals(1, n)],
        Array.from({ length: n }, (_, i) => `${i}`),
      );
    expect([1, 2, 4].map((n) => of(n).interval)).toEqual([null, null, null]);
    expect(of(5).interval).not.toBeNull();
    expect(clusterWeights([3]).df).toBe(0);
  });

  it('of very unequal sizes know little of their spread', () => {
    expect(clusterWeights([1, 1, 1, 1, 1, 100], 'cases').df).toBeLessThan(1.5);
    expect(clusterWeights([4, 5, 4, 5, 4, 5], 'cases').df).toBeGreaterThan(4.5);
  });

  it('cover as often as they say, where clusters differ and their sizes do', () => {
    const sizes = [1, 1, 2, 2, 3, 3, 4, 8];
    const about = sizes.flatMap((n, g) => new Array<string>(n).fill(`${g}`));
    const trials = 1000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const noise = standardNormals(trial, sizes.length + about.length);
      const values = about.map((g, i) => noise[Number(g)]! + noise[sizes.length + i]!);
      const [low, high] = clusterMean(values, about).interval!;
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.93);
    expect(covered / trials).toBeLessThan(0.98);
  });
});
