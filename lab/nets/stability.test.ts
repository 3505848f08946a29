import { describe, expect, it } from 'vitest';
import { range } from '../../src/util/range';
import { forward } from './forward';
import { loadNet } from './net';
import { PAIRED } from './select';
import { mlp } from './spec';
import { graphStability, localLipschitz } from './stability';

describe('graph stability', () => {
  it('is 1 for beta 0; any other joins a parent that had no weight', () => {
    // u never equals the weight, so causes stay causes, and the input without weight becomes one.
    const net = loadNet(mlp([3, 1]), { 'fc1.weight': [1, -1, 0], 'fc1.bias': [0] });
    const run = forward(
      net,
      range(0, 20).map((r) => [2 + Math.sin(r), 2 + Math.cos(r), 2 + Math.sin(2 * r)]),
    );
    const options = { betas: [0, 0.25, 0.5], repeats: 4, seed: 1 };
    const curve = graphStability(run, { index: 0, effects: [0] }, 0, PAIRED, options);
    expect(curve).toEqual([
      { beta: 0, overlap: 1 },
      { beta: 0.25, overlap: 2 / 3 },
      { beta: 0.5, overlap: 2 / 3 },
    ]);
    expect(graphStability(run, { index: 0, effects: [0] }, 0, PAIRED, options)).toEqual(curve);
  });
});

describe('the local Lipschitz estimate', () => {
  const options = { count: 10, mean: 0.1, std: 0.1, seed: 3 };

  it('of a map that does not look at its input is 0', () => {
    expect(localLipschitz([1, 2, 3], () => Float64Array.of(1, 5, 2), options)).toBe(0);
    expect(localLipschitz([1, 2, 3], () => new Float64Array(3), options)).toBe(0);
  });

  it('of the input itself is the slope of the normalisation', () => {
    // The third is the largest, fixed at 10: a = x / 10 for the others.
    const explain = (x: Float64Array) => Float64Array.of(x[0]!, x[1]!, 10);
    const one = localLipschitz([1, 2], explain, options);
    expect(one).toBeCloseTo(0.1, 12);
    expect(localLipschitz([1, 2], (x) => explain(x).map((value) => -3 * value), options)).toBeCloseTo(
      0.1,
      12,
    );
  });

  it('is that of the worst of the perturbed inputs, drawn with the mean and spread asked for', () => {
    const seen: number[] = [];
    localLipschitz(
      new Float64Array(500),
      (x) => {
        seen.push(...x);
        return x;
      },
      options,
    );
    const noise = seen.slice(500);
    const centre = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const spread = Math.sqrt(noise.reduce((sum, value) => sum + (value - centre) ** 2, 0) / noise.length);
    expect(noise.length).toBe(5000);
    expect(centre).toBeCloseTo(0.1, 2);
    expect(spread).toBeCloseTo(0.1, 2);
    // A step at one input: only some perturbed inputs cross it; the largest counts.
    const step = (x: Float64Array) => Float64Array.of(1, x[0]! > 0.2 ? 0.5 : 0);
    const largest = localLipschitz([0], step, options);
    expect(largest).toBeGreaterThan(0);
    expect(localLipschitz([0], step, { ...options, count: 1 })).toBeLessThanOrEqual(largest);
  });
});
