import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clusterWeights } from './clusters';
import { fiellerInterval } from './fieller';
import { RandomState } from '../util/random';
import { tInterval } from './stats';

const alone = (n: number) => clusterWeights(new Array<number>(n).fill(1));

describe('Fieller’s interval', () => {
  it('is where the difference stops being zero by scipy’s t', async () => {
    const { fieller } = JSON.parse(await readFile('reference/statistics/golden.json', 'utf8')) as {
      fieller: { above: number[]; below: number[]; interval: [number, number] };
    };
    const found = fiellerInterval(fieller.above, fieller.below, alone(9));
    expect(found.kind).toBe('interval');
    if (found.kind !== 'interval') return;
    expect(found.interval[0]).toBeCloseTo(fieller.interval[0], 10);
    expect(found.interval[1]).toBeCloseTo(fieller.interval[1], 10);
  });

  it('over a denominator without doubt is the t interval, divided', () => {
    const above = [1, 3, 4, 8, 2];
    const found = fiellerInterval(above, [2, 2, 2, 2, 2], alone(5));
    const [low, high] = tInterval(above)!;
    expect(found).toMatchObject({ kind: 'interval', ratio: 1.8 });
    if (found.kind !== 'interval') return;
    expect(found.interval[0]).toBeCloseTo(low / 2, 12);
    expect(found.interval[1]).toBeCloseTo(high / 2, 12);
  });

  it('is a point where both are proportional', () => {
    const below = [2, 4, 10, 3, 7];
    const found = fiellerInterval(
      below.map((b) => b / 2),
      below,
      alone(5),
    );
    expect(found).toMatchObject({ kind: 'interval', ratio: 0.5 });
    if (found.kind === 'interval') for (const end of found.interval) expect(end).toBeCloseTo(0.5, 7);
  });

  it('is not determined where the denominator’s own interval holds 0', () => {
    const below = [-2, -1, 0.5, 2, 1.5];
    expect(tInterval(below)![0]).toBeLessThan(0);
    expect(fiellerInterval([1, 2, 3, 4, 5], below, alone(5))).toEqual({ kind: 'not determined' });
    expect(fiellerInterval([1, 2], [0, 0], alone(2))).toEqual({ kind: 'not determined' });
  });

  it('of few clusters is a ratio without an interval', () => {
    expect(fiellerInterval([1, 2, 3, 2], [2, 4, 6, 4], alone(4))).toEqual({ kind: 'few', ratio: 0.5 });
  });

  it('covers the ratio as often as it says', () => {
    const random = new RandomState(3);
    const trials = 1000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const below = Array.from({ length: 8 }, () => 3 + random.nextNormal());
      const above = below.map((b) => 0.7 * b + random.nextNormal());
      const found = fiellerInterval(above, below, alone(8));
      if (found.kind !== 'interval' || (found.interval[0] <= 0.7 && 0.7 <= found.interval[1])) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.93);
    expect(covered / trials).toBeLessThan(0.97);
  });
});
