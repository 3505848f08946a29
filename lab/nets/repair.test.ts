import { describe, expect, it } from 'vitest';
import { range } from '../../src/util/range';
import { HARD } from './effects';
import { forward } from './forward';
import { causalGraph } from './graph';
import { hasEdges } from './net';
import { keepCausalEdges } from './repair';
import { AHMAD } from './select';
import { mlp } from './spec';
import { loadDigits, loadTrained } from './testing/lenet';
import { randomNet, randomSamples } from './testing/random';

describe('a repaired net', () => {
  it('with all edges kept is the net, bit for bit', () => {
    const net = randomNet(mlp([6, 5, 1]), { fc1: [5, 6], fc2: [1, 5] }, 1);
    const samples = randomSamples(3, 6, 2);
    const layers = [
      { layer: 'fc2', index: 1, parents: range(0, 5), effects: [0], of: 5 },
      { layer: 'fc1', index: 0, parents: range(0, 6), effects: range(0, 5), of: 6 },
    ];
    const kept = keepCausalEdges(net, { label: 0, layers });
    expect(forward(kept, samples).logits).toEqual(forward(net, samples).logits);
  });

  it('has the edges of the graph and no others', async () => {
    const [net, { samples }] = await Promise.all([loadTrained(), loadDigits()]);
    const graph = causalGraph(forward(net, samples.slice(0, 30)), 3, HARD, AHMAD);
    const kept = keepCausalEdges(net, graph);
    for (const { index, parents, effects } of graph.layers) {
      const [before, after] = [net.layers[index]!, kept.layers[index]!];
      if (!hasEdges(before) || !hasEdges(after)) throw new Error('Expected edges');
      const expected = before.weight.map((value, at) => {
        const [effect, rest] = [
          Math.floor(at / (before.parents * before.span)),
          at % (before.parents * before.span),
        ];
        return effects.includes(effect) && parents.includes(Math.floor(rest / before.span)) ? value : 0;
      });
      expect(after.weight).toEqual(expected);
      expect(after.bias).toBe(before.bias);
    }
    // The other labels' logits are their biases.
    const fc3 = kept.layers.at(-1)!;
    if (!hasEdges(fc3)) throw new Error('Expected edges');
    const { logits } = forward(kept, samples.slice(150, 151));
    for (const label of range(0, 10)) {
      if (label !== 3) expect(logits[label]).toBe(fc3.bias[label]);
    }
    expect(logits[3]).not.toBe(fc3.bias[3]);
  });
});
