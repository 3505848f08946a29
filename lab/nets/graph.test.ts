import { beforeAll, describe, expect, it } from 'vitest';
import { range } from '../../src/util/range';
import { mean } from '../../src/statistics/stats';
import {
  divergence,
  drawValues,
  edgeLayer,
  HARD,
  type Intervention,
  intervene,
  logitOf,
  relativeEffect,
  soft,
  totalEffect,
} from './effects';
import { forward, type Run } from './forward';
import { type CausalGraph, causalGraph, edgeEffects, graphLines } from './graph';
import { loadNet } from './net';
import { AHMAD, candidateParents, PAIRED, type Rule } from './select';
import { mlp } from './spec';
import { loadDigits, loadEffects, loadTrained } from './testing/lenet';
import { rewrittenLogits } from './testing/rewritten';

/** 100 samples of the label. */
let samples: Float64Array[];
let run: Run;
let golden: Awaited<ReturnType<typeof loadEffects>>;
const graphs = new Map<string, CausalGraph>();

beforeAll(async () => {
  const [net, digits, effects] = await Promise.all([loadTrained(), loadDigits(), loadEffects()]);
  samples = digits.samples.slice(0, 100);
  run = forward(net, samples);
  golden = effects;
  for (const [name, how, rule] of variants) graphs.set(name, causalGraph(run, golden.label, how, rule));
});

const variants: [keyof Awaited<ReturnType<typeof loadEffects>>['graphs'], Intervention, Rule][] = [
  ['ahmad', HARD, AHMAD],
  ['ahmadSoft', soft(0.1, 7), AHMAD],
  ['paired', HARD, PAIRED],
];

describe('the graph of a digit', () => {
  it.each(variants)('has the parents that PyTorch finds by rewriting weights (%s)', (name) => {
    const graph = graphs.get(name)!;
    const expected = golden.graphs[name].map(({ layer, effects, parents }) => ({ layer, effects, parents }));
    expect(graph.layers.map(({ layer, effects, parents }) => ({ layer, effects, parents }))).toEqual(
      expected,
    );
  });

  it.each(variants)('rests on the effects that PyTorch measures (%s)', (name, how) => {
    for (const expected of golden.graphs[name]) {
      const index = run.net.layers.findIndex((layer) => 'name' in layer && layer.name === expected.layer);
      const candidates = range(0, edgeLayer(run.net, index).parents);
      const u = drawValues(how, candidates.length);
      const effects = intervene(run, index, expected.effects, candidates, u, golden.label);
      const close = (values: number[], reference: readonly number[]) => {
        expect(values.length).toBe(reference.length);
        for (const [c, value] of values.entries()) expect(Math.abs(value - reference[c]!)).toBeLessThan(1e-9);
      };
      close(
        candidates.map((c) => mean(totalEffect(effects, c))),
        expected.total,
      );
      close(
        candidates.map((c) => mean(relativeEffect(effects, c))),
        expected.relative,
      );
      close(
        candidates.map((c) => mean(divergence(effects, c))),
        expected.kl,
      );
      close(
        candidates.map((c) => logitOf(effects, c)[0]!),
        expected.first,
      );
    }
  });

  it('is the same every time', () => {
    expect(causalGraph(run, 3, HARD, AHMAD)).toEqual(graphs.get('ahmad'));
    expect(causalGraph(run, 3, soft(0.1, 7), AHMAD)).toEqual(graphs.get('ahmadSoft'));
    const seeded = (seed: number) => drawValues(soft(0.1, seed), 3);
    expect(seeded(7)).not.toEqual(seeded(8));
  });

  it('hangs together: parents are the effects of the layer below', () => {
    const { layers } = graphs.get('ahmad')!;
    expect(layers.map(({ layer }) => layer)).toEqual(['fc3', 'fc2', 'fc1', 'conv2', 'conv1']);
    expect(layers[0]!.effects).toEqual([3]);
    for (const [l, { effects }] of layers.slice(1).entries()) expect(effects).toEqual(layers[l]!.parents);
  });

  it('has an effect for each edge alone', () => {
    const graph = graphs.get('ahmad')!;
    const layers = graph.layers.slice(0, 2);
    const edges = edgeEffects(run, { ...graph, layers });
    expect(edges.length).toBe(
      layers.reduce((sum, { parents, effects }) => sum + parents.length * effects.length, 0),
    );
    // The last edge of fc2, with a rewritten weight.
    const { parent, effect, relative } = edges.at(-1)!;
    const logits = rewrittenLogits(run, samples, layers[1]!.index, [effect], [parent], [0]);
    const ratios = range(0, 100).map((r) => logits[r * 10 + 3]! / run.logits[r * 10 + 3]! - 1);
    expect(relative).toBeCloseTo(mean(ratios), 12);
    // With one effect in the last layer, the joint intervention equals the edge's.
    const joint = golden.graphs.ahmad[0]!;
    for (const { parent, relative } of edges.filter(({ layer }) => layer === 'fc3')) {
      expect(relative).toBeCloseTo(joint.relative[parent]!, 9);
    }
  });
});

describe('selection', () => {
  /** Logit 10 + sum of weights * x; all x are 1, the first with a little noise. */
  const linear = (weights: readonly number[]) => {
    const net = loadNet(mlp([weights.length, 1]), { 'fc1.weight': weights, 'fc1.bias': [10] });
    const samples = range(0, 30).map((r) => weights.map((_, i) => (i === 0 ? 1 + 0.5 * Math.sin(r) : 1)));
    return forward(net, samples);
  };
  const parents = (weights: readonly number[], rule: Rule) =>
    causalGraph(linear(weights), 0, HARD, rule).layers[0]!.parents;

  it('takes only positive causes by the rule of Ahmad et al., either sign by the paired test', () => {
    expect(parents([2, 1, -1, 0], AHMAD)).toEqual([0, 1]);
    expect(parents([2, 1, -1, 0], PAIRED)).toEqual([0, 1, 2]);
  });

  it('sees with pairs what lies within the spread of the samples', () => {
    // The logit's spread is 0.7: a fall of 0.1 is within the error of an unpaired difference.
    expect(parents([2, 0.1, 0, 0], AHMAD)).toEqual([0]);
    expect(parents([2, 0.1, 0, 0], PAIRED)).toEqual([0, 1]);
  });

  it('falls back on the relative effect, and else stops', () => {
    // Relative effects -0.05 / 10 and -0.005 / 10, bound -0.001; the noisy input has no effect.
    const noisy = (small: number) => {
      const net = loadNet(mlp([2, 2, 1]), {
        'fc1.weight': [1, 0, 0, 1],
        'fc1.bias': [0, 0],
        'fc2.weight': [-2, small],
        'fc2.bias': [10],
      });
      return forward(
        net,
        range(0, 30).map((r) => [1 + 0.5 * Math.sin(r), 1]),
      );
    };
    const layers = (small: number) => causalGraph(noisy(small), 0, HARD, AHMAD).layers;
    expect(layers(0.05).map((layer) => layer.parents)).toEqual([[1], [1]]);
    expect(layers(0.005).map((layer) => layer.parents)).toEqual([[]]);
  });

  it('thins more than 600 candidates by their weights', () => {
    // Weight i at node i: the last are largest.
    const at = (count: number) =>
      edgeLayer(
        loadNet(mlp([count, 2]), {
          'fc1.weight': [...range(0, count), ...new Array<number>(count).fill(0)],
          'fc1.bias': [0, 0],
        }),
        0,
      );
    expect(candidateParents(at(600), [0])).toEqual(range(0, 600));
    expect(candidateParents(at(1000), [0, 1])).toEqual([
      ...range(0, 50),
      ...range(475, 525),
      ...range(900, 1000),
    ]);
  });
});

describe('the report', () => {
  it('has one line per layer', () => {
    const layers = [{ layer: 'fc3', index: 7, parents: [9, 27], effects: [3], of: 84 }];
    expect(graphLines({ label: 3, layers })).toEqual(['fc3 keeps 2/84 parents {9, 27}']);
  });
});
