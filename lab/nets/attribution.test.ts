import { describe, expect, it } from 'vitest';
import { attributionMap } from './attribution';
import { HARD } from './effects';
import { forward } from './forward';
import { causalGraph } from './graph';
import { loadNet } from './net';
import { AHMAD } from './select';
import { loadDigits, loadEffects, loadTrained } from './testing/lenet';

describe('the attribution map', () => {
  it("is PyTorch's, for both convolutions of the trained LeNet", async () => {
    const [net, { samples }, golden] = await Promise.all([loadTrained(), loadDigits(), loadEffects()]);
    const run = forward(net, samples.slice(0, 100));
    const graph = causalGraph(run, 3, HARD, AHMAD);
    for (const name of ['conv1', 'conv2'] as const) {
      const layer = graph.layers.find((one) => one.layer === name)!;
      const map = attributionMap(run, 0, layer);
      const expected = golden.attribution[name];
      expect(map.length).toBe(expected.length);
      for (const [p, value] of expected.entries()) expect(Math.abs(map[p]! - value)).toBeLessThan(1e-9);
      expect(Math.max(...map) / Math.min(...map)).toBeGreaterThan(1.1);
    }
    expect(() => attributionMap(run, 0, graph.layers[0]!)).toThrow(
      'attribution: fc3 has no planes, got a dense layer, expected a conv layer.',
    );
  });

  it('gives every effect the same weight, however strong its kernel', () => {
    // A 1 x 1 kernel with padding: the map is the softmax of w * x, in the input's size.
    const net = loadNet(
      {
        input: [1, 2, 2],
        layers: [
          { kind: 'conv', name: 'c', channels: 2, kernel: 1, padding: 'same', relu: true },
          { kind: 'flatten' },
          { kind: 'dense', name: 'd', units: 1, relu: false },
        ],
      },
      { 'c.weight': [1, 0], 'c.bias': [0, 0], 'd.weight': new Array<number>(8).fill(1), 'd.bias': [0] },
    );
    const run = forward(net, [[Math.log(5), 0, 0, 0]]);
    const layer = { layer: 'c', index: 0, parents: [0], effects: [0, 1], of: 1 };
    const expected = [5 / 8 + 1 / 4, 1 / 8 + 1 / 4, 1 / 8 + 1 / 4, 1 / 8 + 1 / 4];
    for (const [p, value] of attributionMap(run, 0, layer).entries())
      expect(value).toBeCloseTo(expected[p]!, 14);
  });
});
