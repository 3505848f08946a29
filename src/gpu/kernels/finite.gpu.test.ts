/** NaN and infinity must survive clamps, maxima and divisions, which could make them finite. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import { ACT_NAMES, element as at, openTestGpu, randomFloats, runKernel } from '../testing';
import { METRIC_WORDS } from './edits';
import { ACT } from './matmul';

const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const isFiniteRow = (values: Float32Array): boolean => values.every(Number.isFinite);

describe('metric', () => {
  it.each(NOT_FINITE)('says that a logit is %d, wherever it stands', async (value) => {
    const V = 130;
    const places = [0, 1, 63, 64, 129];
    const rows = places.length + 1;
    const logits = randomFloats(rows * V, 1, 5);
    for (const [r, place] of places.entries()) logits[r * V + place] = value;
    const targets = Uint32Array.from({ length: 2 * rows }, () => 7);
    const out = new Float32Array(METRIC_WORDS * rows);
    const [found] = await runKernel(gpu, 'metric', [logits, targets, out], { row0: 0, rows, V });
    const sums = Array.from({ length: rows }, (_, r) => at(found!, METRIC_WORDS * r + 4));
    expect(sums.slice(0, -1)).toEqual(places.map(() => -1));
    expect(sums.at(-1)).toBeGreaterThanOrEqual(1);
  });
});

describe('divergence', () => {
  it.each(NOT_FINITE)('says that a logit is %d, of the row or of its reference', async (value) => {
    const V = 130;
    const logits = randomFloats(3 * V, 1, 5);
    const references = randomFloats(2 * V, 2, 5);
    logits[V + 64] = value;
    references[V + 129] = value;
    const table = Uint32Array.of(0, 0, 1, 0, 2, 1);
    const out = new Float32Array(METRIC_WORDS * 3);
    const [found] = await runKernel(gpu, 'divergence', [table, references, logits, out], {
      row0: 0,
      rows: 3,
      V,
    });
    const numbers = [0, 1, 2].map((row) => at(found!, METRIC_WORDS * row + 6));
    expect(numbers[0]).toBeGreaterThan(0);
    expect(numbers.slice(1)).toEqual([-1, -1]);
  });
});

describe('softmax', () => {
  it('does not take NaN for a masked score, nor infinity', async () => {
    const T = 5;
    const scores = Float32Array.of(
      ...[0, Number.NaN, 1, -1e30, -1e30],
      ...[0, Number.POSITIVE_INFINITY, 1, -1e30, -1e30],
      ...[0, Number.NEGATIVE_INFINITY, 0, -1e30, -1e30],
    );
    const params = { row0: 0, rows: 3, T, H: 1, hasSinks: 0 };
    const [pattern] = await runKernel(gpu, 'softmax', [scores, scores, new Float32Array(3 * T)], params);
    expect(isFiniteRow(pattern!.subarray(0, T))).toBe(false);
    expect(isFiniteRow(pattern!.subarray(T, 2 * T))).toBe(false);
    expect([...pattern!.subarray(2 * T)]).toEqual([0.5, 0, 0.5, 0, 0]);
  });
});

describe('activate', () => {
  it.each(ACT_NAMES)('%s', async (name) => {
    const x = Float32Array.of(...NOT_FINITE, 1);
    const params = { row0: 0, rows: 1, width: x.length, act: ACT[name] };
    const [out] = await runKernel(gpu, 'activate', [x, new Float32Array(x.length)], params);
    expect([...out!].map(Number.isFinite)).toEqual([false, false, false, true]);
  });
});

it('scale', async () => {
  const x = Float32Array.of(...NOT_FINITE, 1e30);
  const [out] = await runKernel(gpu, 'scale', [x], {
    row0: 0,
    rows: 1,
    width: x.length,
    scale: 1,
    cap: 30,
  });
  expect([...out!].map(Number.isFinite)).toEqual([false, false, false, true]);
});

it('clip', async () => {
  const x = Float32Array.of(...NOT_FINITE, 1e30);
  const [out] = await runKernel(gpu, 'clip', [x], { row0: 0, rows: 1, width: x.length, most: 8 });
  expect([...out!].map(Number.isFinite)).toEqual([false, false, false, true]);
  expect(out![3]).toBe(8);
});

it.each([
  ['clamp', 4],
  ['min', 5],
])('edit: %s', async (_name, op) => {
  const x = Float32Array.of(...NOT_FINITE, 9);
  const bits = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const [low, high] = [-1, 1];
  const entry = op === 4 ? [0, 4, 4, 2, bits(low), 0, 0, bits(high)] : [0, 4, 5, 0, 0, 0xffffffff, 0, 0];
  const one = [1, 0, 0];
  const values = Float32Array.of(high);
  const buffers = [Uint32Array.from([...entry, ...one]), values, values, x];
  const [out] = await runKernel(gpu, 'edit', buffers, { row0: 0, rows: 1, maxCols: 4, samples: 1 });
  expect([...out!].map(Number.isFinite)).toEqual([false, false, false, true]);
  expect(out![3]).toBe(high);
});

describe('norms', () => {
  it.each([0, 1])('a scale beyond the largest float, center %i', async (center) => {
    const width = 70;
    const x = randomFloats(width, 3, 1e25);
    const empty = new Float32Array(width);
    const params = { row0: 0, rows: 1, width, eps: 1e-5 };
    const alone = { hasDelta: 0, hasWeight: 0, hasBias: 0, shift: 0, center };
    const [, out] = await runKernel(gpu, 'norm', [empty, x, empty, empty, empty], { ...params, ...alone });
    expect(out!.some(Number.isFinite)).toBe(false);
    const [scale] = await runKernel(gpu, 'norm_scale', [x, new Float32Array(1)], { ...params, center });
    expect(scale![0]).toBe(Number.POSITIVE_INFINITY);
    const steps = { row0: 0, rows: 1, width, center };
    const [centred] = await runKernel(gpu, 'norm_center', [x, scale!, empty], steps);
    expect(centred!.some(Number.isFinite)).toBe(false);
  });

  it('head_norm', async () => {
    const width = 40;
    const x = randomFloats(width, 3, 1e25);
    const params = { row0: 0, rows: 1, heads: 1, width, stride: width, col: 0, eps: 1e-5, shift: 0 };
    const [out] = await runKernel(gpu, 'head_norm', [new Float32Array(width).fill(1), x], params);
    expect(out!.some(Number.isFinite)).toBe(false);
  });
});
