import { describe, expect, it } from 'vitest';
import { gridSegments, removeSegments } from './faithfulness';
import { loadNet } from './net';
import { mlp } from './spec';

describe('segments', () => {
  it('are squares, cut off at the edge', () => {
    expect([...gridSegments(2, 4, 2)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
    expect([...gridSegments(3, 3, 2)]).toEqual([0, 0, 1, 0, 0, 1, 2, 2, 3]);
  });
});

describe('removal', () => {
  /** Logits: the sum of the left half of a 2 x 4 image (channel `plane` of `channels`), and 0. */
  const leftHalf = (channels: number, plane: number) =>
    loadNet(
      {
        input: [channels, 2, 4],
        layers: [{ kind: 'flatten' }, { kind: 'dense', name: 'd', units: 2, relu: false }],
      },
      {
        'd.weight': Float64Array.from({ length: 16 * channels }, (_, at) =>
          Math.floor(at / 8) === plane && at % 4 < 2 ? 1 : 0,
        ),
        'd.bias': [0, 0],
      },
    );
  const image = [1, 1, 0, 0, 1, 1, 0, 0];
  const segments = gridSegments(2, 4, 2);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  // Four pixels at the mean colour 1/2 instead of 1.
  const fallen = sigmoid(2) / sigmoid(4);

  it('fills the most attributed segments with the mean colour, and adds up', () => {
    const first = removeSegments(leftHalf(1, 0), image, 0, image, segments);
    expect(first.order).toEqual([0, 1]);
    for (const [k, value] of [1, fallen, fallen].entries()) expect(first.curve[k]!).toBeCloseTo(value, 14);
    expect(first.area).toBeCloseTo((0.5 + fallen + fallen / 2) / 2, 14);
  });

  it('has a larger area under the curve where the wrong segments go first', () => {
    const wrong = image.map((value) => 1 - value);
    const late = removeSegments(leftHalf(1, 0), image, 0, wrong, segments);
    expect(late.order).toEqual([1, 0]);
    for (const [k, value] of [1, 1, fallen].entries()) expect(late.curve[k]!).toBeCloseTo(value, 14);
  });

  it('ranks by absolute values, and equal segments by place', () => {
    const order = (map: readonly number[]) => removeSegments(leftHalf(1, 0), image, 0, map, segments).order;
    expect(order([0, 0, -2, -2, 1, 1, 0, 0])).toEqual([1, 0]);
    expect(order(new Array(8).fill(1))).toEqual([0, 1]);
  });

  it('takes the mean colour of each channel', () => {
    const colours = [...new Array(8).fill(100), ...image];
    const { curve } = removeSegments(leftHalf(2, 1), colours, 0, image, segments);
    expect(curve[1]!).toBeCloseTo(fallen, 14);
  });

  it('asks for planes', () => {
    const net = loadNet(mlp([8, 2]), { 'fc1.weight': new Array(16).fill(0), 'fc1.bias': [0, 0] });
    expect(() => removeSegments(net, image, 0, image, segments)).toThrow(
      'IROF: the input has no planes, got [8], expected [C, H, W].',
    );
  });
});
