/**
 * A small version of `npm run measure -- coverage` (docs/statistics.md), on the same real draws.
 */
import { describe, expect, it } from 'vitest';
import { hatching } from './hatching';
import { hedgedInterval } from './hedged';
import { namedPeak } from './namedPeak';
import pool from '../../reference/statistics/pool.json';
import { RandomState } from '../util/random';
import { mean, tInterval } from './stats';

const bytes = Uint8Array.from(atob(pool.logp), (letter) => letter.charCodeAt(0));
const logp = new Float32Array(bytes.buffer);
const row = (r: number) => [...logp.subarray(r * pool.draws, (r + 1) * pool.draws)];
const low = row(0);
const cells = pool.cells.map((_, c) => row(c + 1));
const differences = cells.map((cell) => cell.map((x, i) => x - low[i]!));
const holds = ([a, b]: readonly [number, number], truth: number) => a <= truth && truth <= b;

/** `trials` times `n` draws with replacement. */
function resampled(
  n: number,
  trials: number,
  each: (pick: (values: readonly number[]) => number[], trial: number) => void,
) {
  const random = new RandomState(n);
  for (let trial = 0; trial < trials; trial++) {
    const at = Array.from({ length: n }, () => Math.floor(random.nextDouble() * pool.draws));
    each((values) => at.map((i) => values[i]!), trial);
  }
}

describe('on 500 real draws', () => {
  it('hedged intervals of p cover 94 % and more of the time in every cell; t fails', () => {
    const level = low.map(Math.exp);
    const effects = cells.map((cell) => cell.map((x, i) => Math.exp(x) - level[i]!));
    const trials = 200;
    let [covered, byT] = [0, 0];
    const each = effects.map(() => 0);
    resampled(30, trials, (pick) => {
      const own = pick(level);
      if (holds(hedgedInterval(own, [0, 1]), mean(level))) covered++;
      if (holds(tInterval(own)!, mean(level))) byT++;
      for (const [c, effect] of effects.entries())
        if (holds(hedgedInterval(pick(effect), [-1, 1]), mean(effect))) each[c]!++;
    });
    expect(covered / trials).toBeGreaterThanOrEqual(0.94);
    expect(Math.min(...each) / trials).toBeGreaterThanOrEqual(0.94);
    expect(byT / trials).toBeLessThan(0.85);
  });

  it('t on log p covers 93 % and more in the median cell at ten draws', () => {
    const trials = 400;
    const each = differences.map(() => 0);
    resampled(10, trials, (pick) => {
      for (const [c, cell] of differences.entries())
        if (holds(tInterval(pick(cell))!, mean(cell))) each[c]!++;
    });
    const sorted = each.map((covered) => covered / trials).sort((a, b) => a - b);
    expect(sorted[8]!).toBeGreaterThanOrEqual(0.93);
    // Measured: 0.85, for a cell whose draws have skewness -5.5.
    expect(sorted[0]!).toBeGreaterThan(0.78);
  });

  it('hatching finds something in a map of nothing at most 6 % of the time, and the peak is covered', () => {
    const trials = 300;
    const centred = differences.map((cell) => cell.map((x) => x - mean(cell)));
    // All cells except the answering position's.
    const searched = differences.slice(0, 10);
    const level = low.map(Math.exp);
    const inP = cells.slice(0, 10).map((cell) => cell.map((x, i) => Math.exp(x) - level[i]!));
    let [wrong, covered, byP] = [0, 0, 0];
    resampled(10, trials, (pick, trial) => {
      if (hatching(centred.map(pick), trial)!.includes(true)) wrong++;
      const { cell, interval } = namedPeak(searched.map(pick), { seed: trial })!;
      if (holds(interval!, mean(searched[cell]!))) covered++;
      // Names its peak as a trace in p does: by p, with the interval of log p.
      const named = namedPeak(inP.map(pick), { tested: searched.map(pick), seed: trial })!;
      if (holds(named.interval!, mean(searched[named.cell]!))) byP++;
    });
    // Measured with 4,000: 4.3 and 99 %.
    expect(wrong / trials).toBeLessThanOrEqual(0.07);
    expect(covered / trials).toBeGreaterThan(0.95);
    expect(byP / trials).toBeGreaterThan(0.93);
  });
});
