import { describe, expect, it } from 'vitest';
import { forward, rightRows } from './forward';
import { loadNet } from './net';
import { LENET, mlp, type NetSpec } from './spec';
import { loadDigits, loadEffects, loadTrained } from './testing/lenet';

describe('forward', () => {
  it("gives PyTorch's logits for the trained LeNet", async () => {
    const [net, { samples, labels }, golden] = await Promise.all([
      loadTrained(),
      loadDigits(),
      loadEffects(),
    ]);
    const run = forward(net, samples.slice(0, 3));
    expect(run.logits.length).toBe(golden.logits.length);
    for (const [k, value] of golden.logits.entries()) expect(run.logits[k]!).toBeCloseTo(value, 9);
    expect(rightRows(run, labels)).toEqual([0, 1, 2]);
  });

  it('convolves with and without a margin, and pools the average, as by hand', () => {
    const spec = (padding: 'valid' | 'same', of: 'average' | 'max'): NetSpec => ({
      input: [1, 3, 3],
      layers: [
        { kind: 'conv', name: 'c', channels: 1, kernel: 3, padding, relu: true },
        { kind: 'pool', of, size: padding === 'same' ? 2 : 1 },
        { kind: 'flatten' },
        { kind: 'dense', name: 'd', units: 1, relu: false },
      ],
    });
    // The kernel computes the pixel below minus the pixel.
    const tensors = {
      'c.weight': [0, 0, 0, 0, -1, 0, 0, 1, 0],
      'c.bias': [0.5],
      'd.weight': [2],
      'd.bias': [1],
    };
    const image = [1, 2, 3, 5, 7, 11, 13, 17, 19];
    const logit = (padding: 'valid' | 'same', of: 'average' | 'max') =>
      forward(loadNet(spec(padding, of), tensors), [image]).logits[0];
    expect(logit('valid', 'max')).toBe(1 + 2 * (17 - 7 + 0.5));
    // Upper left 2 x 2 of the 3 x 3 map; 0 below the last row.
    expect(logit('same', 'average')).toBe(1 + 2 * ((4.5 + 5.5 + 8.5 + 10.5) / 4));
    expect(logit('same', 'max')).toBe(1 + 2 * 10.5);
  });

  it('keeps activations before and after the ReLU', () => {
    const net = loadNet(mlp([1, 2, 1]), {
      'fc1.weight': [1, -1],
      'fc1.bias': [0, 0],
      'fc2.weight': [1, 1],
      'fc2.bias': [0],
    });
    const { layers } = forward(net, [[3]]);
    expect([...layers[0]!.pre]).toEqual([3, -3]);
    expect([...layers[0]!.out]).toEqual([3, 0]);
  });
});

describe('loading', () => {
  const tensors = { 'fc1.weight': [1, 2], 'fc1.bias': [0] };

  it('counts channels as the nodes of a flattened layer', async () => {
    const fc1 = (await loadTrained()).layers[5]!;
    expect(fc1).toMatchObject({ name: 'fc1', nodes: 120, parents: 16, span: 25 });
  });

  it('says what does not fit', () => {
    expect(() => loadNet(mlp([3, 1]), tensors)).toThrow(
      "net: tensor 'fc1.weight' does not fit the layer, got 2 numbers, expected 3.",
    );
    expect(() => loadNet(mlp([2, 1]), { 'fc1.weight': [1, 2] })).toThrow(
      "net: tensor 'fc1.bias' is missing, got fc1.weight.",
    );
    expect(() => loadNet({ input: [1, 4, 4], layers: LENET.layers }, tensors)).toThrow('at least 1');
    expect(() => loadNet({ input: [1, 4, 4], layers: mlp([16, 1]).layers }, tensors)).toThrow(
      'net: dense layer reads [1,4,4], expected 1 extents.',
    );
    expect(() => loadNet({ input: [1, 2, 2], layers: [{ kind: 'flatten' }] }, tensors)).toThrow('no logits');
    expect(() => forward(loadNet(mlp([2, 1]), tensors), [[1]])).toThrow(
      'net: sample 0 does not fit the input, got 1 numbers, expected 2 for [2].',
    );
  });
});
