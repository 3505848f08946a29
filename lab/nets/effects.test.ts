import { describe, expect, it } from 'vitest';
import { range } from '../../src/util/range';
import {
  divergence,
  drawValues,
  HARD,
  intervene,
  logitOf,
  relativeEffect,
  soft,
  totalEffect,
  weightsOf,
  edgeLayer,
} from './effects';
import { forward } from './forward';
import { loadNet } from './net';
import { PAIRED, AHMAD, selectParents } from './select';
import { LENET, mlp, type NetSpec } from './spec';
import { loadDigits, loadTrained } from './testing/lenet';
import { randomNet, randomSamples } from './testing/random';
import { rewrittenLogits } from './testing/rewritten';

const MLP_SIZES: Record<string, [number, number]> = { fc1: [9, 20], fc2: [7, 9], fc3: [4, 7] };
const smallMlp = () => randomNet(mlp([20, 9, 7, 4]), MLP_SIZES, 3);

/** Two padded convolutions and average pooling, which LeNet lacks. */
const PADDED: NetSpec = {
  input: [2, 8, 8],
  layers: [
    { kind: 'conv', name: 'conv1', channels: 3, kernel: 3, padding: 'same', relu: true },
    { kind: 'pool', of: 'average', size: 2 },
    { kind: 'conv', name: 'conv2', channels: 4, kernel: 3, padding: 'same', relu: true },
    { kind: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 5, relu: false },
  ],
};

describe('the rank-1 edit', () => {
  it.each([
    ['hard', HARD],
    ['soft', soft(0.2, 5)],
  ])('equals rewriting the weights, in every layer of an MLP, a LeNet and a padded net (%s)', (_, how) => {
    const lenetSizes: Record<string, [number, number]> = {
      ...{ conv1: [6, 25], conv2: [16, 150] },
      ...{ fc1: [120, 400], fc2: [84, 120], fc3: [10, 84] },
    };
    const nets = [
      { net: smallMlp(), size: 20 },
      { net: randomNet(LENET, lenetSizes, 4), size: 1024 },
      { net: randomNet(PADDED, { conv1: [3, 18], conv2: [4, 27], fc1: [5, 64] }, 5), size: 128 },
    ];
    let layers = 0;
    for (const { net, size } of nets) {
      const samples = randomSamples(4, size, 6);
      const run = forward(net, samples);
      for (const [index, layer] of net.layers.entries()) {
        if (layer.kind !== 'dense' && layer.kind !== 'conv') continue;
        const effects = range(0, layer.nodes).filter((e) => e % 3 !== 1);
        const candidates = range(0, layer.parents).filter((i) => layer.parents < 30 || i % 9 === 0);
        const u = drawValues(how, candidates.length);
        const { edited } = intervene(run, index, effects, candidates, u, 0);
        const oracle = rewrittenLogits(run, samples, index, effects, candidates, u);
        expect(edited.length).toBe(candidates.length * 4 * net.layers.at(-1)!.to[0]!);
        expect(largestDifference(edited, oracle)).toBeLessThan(1e-12);
        expect(largestDifference(edited, repeated(run.logits, candidates.length))).toBeGreaterThan(1e-3);
        layers++;
      }
    }
    expect(layers).toBe(11);
  });

  it('to the weight that is there has no effect', () => {
    const net = smallMlp();
    const run = forward(net, randomSamples(6, 20, 1));
    for (const index of [0, 1, 2]) {
      const layer = edgeLayer(net, index);
      const u = range(0, layer.parents).map((i) => weightsOf(layer, 2, i)[0]!);
      const effects = intervene(run, index, [2], range(0, layer.parents), u, 2);
      for (const c of range(0, layer.parents)) expect([...totalEffect(effects, c)]).toEqual(zeros(6));
    }
  });

  it('says which node does not exist', () => {
    const run = forward(smallMlp(), randomSamples(1, 20, 1));
    expect(() => intervene(run, 2, [4], [0], [0], 0)).toThrow(
      'net: no such effect of fc3, got 4, expected 0 to 3.',
    );
    expect(() => intervene(run, 2, [0], [7], [0], 0)).toThrow(
      'net: no such candidate of fc3, got 7, expected 0 to 6.',
    );
    expect(() => intervene(run, 3, [0], [0], [0], 0)).toThrow('net: layer 3 has no edges');
  });
});

describe('effects', () => {
  it('of a linear model are -W x, whatever the other weights', () => {
    const net = randomNet(mlp([5, 3]), { fc1: [3, 5] }, 8);
    const samples = randomSamples(10, 5, 9);
    const effects = intervene(forward(net, samples), 0, [1], range(0, 5), zeros(5), 1);
    for (const i of range(0, 5)) {
      const w = weightsOf(edgeLayer(net, 0), 1, i)[0]!;
      const expected = samples.map((sample) => -w * sample[i]!);
      expect(largestDifference(totalEffect(effects, i), expected)).toBeLessThan(1e-13);
    }
  });

  it('are read as differences, ratios and divergences of the label', () => {
    // Logits x and 0; with the edge cut 0 and 0.
    const net = loadNet(mlp([1, 2]), { 'fc1.weight': [1, 0], 'fc1.bias': [0, 0] });
    const x = Math.log(3);
    const effects = intervene(forward(net, [[x]]), 0, [0], [0], [0], 0);
    expect([...logitOf(effects, 'clean')]).toEqual([x]);
    expect([...logitOf(effects, 0)]).toEqual([0]);
    expect([...totalEffect(effects, 0)]).toEqual([-x]);
    expect([...relativeEffect(effects, 0)]).toEqual([-1]);
    // P = (3/4, 1/4), P_w = (1/2, 1/2).
    const expected = 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25);
    expect(divergence(effects, 0)[0]!).toBeCloseTo(expected, 14);
  });

  it('of a neuron that never fires are 0, and neither rule selects it', async () => {
    const [trained, { samples }] = await Promise.all([loadTrained(), loadDigits()]);
    const index = trained.layers.findIndex((layer) => layer.kind === 'dense' && layer.name === 'fc2');
    const fc2 = edgeLayer(trained, index);
    // The neuron of fc2 that matters most, with a bias that silences it.
    const clean = forward(trained, samples.slice(0, 20));
    const before = intervene(clean, index + 1, [3], range(0, 84), zeros(84), 3);
    const strongest = selectParents(before, AHMAD)[0]!;
    const dead = { ...fc2, bias: fc2.bias.map((value, e) => (e === strongest ? -1e6 : value)) };
    const net = { ...trained, layers: trained.layers.map((layer, l) => (l === index ? dead : layer)) };
    const run = forward(net, samples.slice(0, 20));
    for (const how of [HARD, soft(0.3, 2)]) {
      const effects = intervene(run, index + 1, [3], range(0, 84), drawValues(how, 84), 3);
      expect([...totalEffect(effects, strongest)]).toEqual(zeros(20));
      expect([...divergence(effects, strongest)]).toEqual(zeros(20));
      for (const rule of [AHMAD, PAIRED]) expect(selectParents(effects, rule)).not.toContain(strongest);
      expect(selectParents(effects, PAIRED).length).toBeGreaterThan(0);
    }
  });
});

describe('drawn values', () => {
  it("are numpy's uniforms, scaled", () => {
    // numpy.random.RandomState(7).random_sample(2)
    const u = drawValues(soft(0.1, 7), 2);
    expect(u[0]!).toBeCloseTo(0.1 + 0.01 * 0.07630828937395717, 15);
    expect(u[1]!).toBeCloseTo(0.1 + 0.01 * 0.7799187922401146, 15);
    expect([...drawValues(HARD, 2)]).toEqual([0, 0]);
  });
});

const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const repeated = (values: Float64Array, times: number): Float64Array =>
  Float64Array.from({ length: values.length * times }, (_, k) => values[k % values.length]!);
const largestDifference = (a: Float64Array, b: ArrayLike<number>): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);
