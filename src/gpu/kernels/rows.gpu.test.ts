import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import { element as at, expectClose, expectSameBits, openTestGpu, randomFloats, runKernel } from '../testing';

const WIDTHS = [1, 3, 63, 64, 65, 257];
const ROWS = 7;
const CUTS = [1, 2, 5];
const EPS = 1e-5;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

function geluNew(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Mean and sqrt(var + eps) of a row, in float64. */
function moments(x: ArrayLike<number>, row: number, width: number): [number, number] {
  const values = Array.from({ length: width }, (_, c) => at(x, row * width + c));
  const mean = values.reduce((a, b) => a + b, 0) / width;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
  return [mean, Math.sqrt(variance + EPS)];
}

describe('add and gelu', () => {
  it.each(WIDTHS)('agree with float64 at width %i and when cut', async (width) => {
    const x = randomFloats(ROWS * width, 1);
    const delta = randomFloats(ROWS * width, 2, 3);
    const params = { row0: 0, rows: ROWS, width };
    const [sum] = await runKernel(gpu, 'add', [delta, x], params);
    expectSameBits(
      sum!,
      Float32Array.from(x, (v, i) => v + at(delta, i)),
      'add',
    );

    const wide = randomFloats(ROWS * width, 3, 6);
    const [out] = await runKernel(gpu, 'gelu', [wide, x], params);
    expectClose(out!, Array.from(wide, geluNew), 'gelu');
    const [cut] = await runKernel(gpu, 'gelu', [wide, x], params, CUTS);
    expectSameBits(cut!, out!, 'gelu cut');
  });

  it('leave rows outside row0 .. row0+rows-1 alone', async () => {
    const x = randomFloats(5 * 3, 4);
    const [sum] = await runKernel(gpu, 'add', [x, x.slice()], { row0: 1, rows: 2, width: 3 });
    expectSameBits(
      sum!,
      Float32Array.from(x, (v, i) => (i >= 3 && i < 9 ? 2 * v : v)),
      'rows 1 and 2',
    );
  });

  it('gelu is finite and right far out', async () => {
    const x = new Float32Array([-1e4, -100, -20, -10, 0, 10, 100, 1e4]);
    const [out] = await runKernel(gpu, 'gelu', [x, x.slice()], { row0: 0, rows: 1, width: 8 });
    for (let i = 0; i < 8; i++) expect(Math.abs(at(out!, i) - Math.max(0, at(x, i)))).toBeLessThan(1e-20);
  });

  it('folds a dispatch beyond 65535 workgroups', async () => {
    const width = 65535 * 64 + 1000;
    const x = randomFloats(width, 5);
    const [sum] = await runKernel(gpu, 'add', [x, x.slice()], { row0: 0, rows: 1, width });
    expectSameBits(
      sum!,
      x.map((v) => 2 * v),
      'long row',
    );
  });
});

describe('copy_rows', () => {
  it('copies by table, only rows of the bound chunk, into columns of strided rows', async () => {
    const [width, srcStride, dstStride] = [5, 7, 9];
    const src = randomFloats(4 * srcStride, 6);
    const dst = randomFloats(6 * dstStride, 7);
    const table = new Uint32Array([3, 10, 0, 13, 5, 9, 4, 14, 1, 11]);
    const params = { width, dstStride, dstCol: 2, srcStride, srcCol: 1, srcBase: 10, srcRows: 4 };
    const [out] = await runKernel(gpu, 'copy_rows', [table, src, dst], { row0: 0, rows: 5, ...params });
    const expected = dst.slice();
    for (const [dRow, sRow] of [
      [3, 10],
      [0, 13],
      [1, 11],
    ] as const) {
      for (let c = 0; c < width; c++)
        expected[dRow * dstStride + 2 + c] = at(src, (sRow - 10) * srcStride + 1 + c);
    }
    expectSameBits(out!, expected, 'copy_rows');
    const [cut] = await runKernel(
      gpu,
      'copy_rows',
      [table, src, dst],
      { row0: 0, rows: 5, ...params },
      [2, 3],
    );
    expectSameBits(cut!, expected, 'copy_rows cut');
  });
});

describe('repeat_heads and sum_heads', () => {
  it.each([
    [1, 1],
    [3, 5],
    [2, 65],
  ])('H=%i D=%i', async (H, D) => {
    const x = randomFloats(ROWS * D, 8);
    const wide = new Float32Array(ROWS * H * D);
    const params = { row0: 0, rows: ROWS, H, D };
    const [repeated] = await runKernel(gpu, 'repeat_heads', [x, wide], params, CUTS);
    expectSameBits(
      repeated!,
      wide.map((_, i) => at(x, Math.floor(i / (H * D)) * D + (i % D))),
      'repeat_heads',
    );

    const result = randomFloats(ROWS * H * D, 9);
    const bias = randomFloats(D, 10);
    const [summed] = await runKernel(gpu, 'sum_heads', [result, bias, x], params);
    const expected = Array.from(x, (_, i) => {
      let sum = at(bias, i % D);
      for (let h = 0; h < H; h++) sum += at(result, (Math.floor(i / D) * H + h) * D + (i % D));
      return sum;
    });
    expectClose(summed!, expected, 'sum_heads');
    const [cut] = await runKernel(gpu, 'sum_heads', [result, bias, x], params, CUTS);
    expectSameBits(cut!, summed!, 'sum_heads cut');
  });
});

describe('norm and its three parts', () => {
  it.each(WIDTHS)('width %i', async (width) => {
    const delta = randomFloats(ROWS * width, 11);
    const resid = randomFloats(ROWS * width, 12, 5).map((v) => v + 20);
    const weight = randomFloats(width, 13);
    const bias = randomFloats(width, 14);
    const empty = new Float32Array(ROWS * width);
    const params = { row0: 0, rows: ROWS, width, eps: EPS, hasDelta: 1 };
    const buffers = [delta, resid, weight, bias, empty];
    const [added, out] = await runKernel(gpu, 'norm', buffers, params);
    expectSameBits(
      added!,
      resid.map((v, i) => v + at(delta, i)),
      'norm: resid',
    );

    const expected = Array.from(added!, (v, i) => {
      const [mean, scale] = moments(added!, Math.floor(i / width), width);
      return ((v - mean) / scale) * at(weight, i % width) + at(bias, i % width);
    });
    // The mean of about 20 is exact to 1e-6 only, and centring keeps that error.
    expectClose(out!, expected, 'norm', 1e-11);

    const [addedCut, outCut] = await runKernel(gpu, 'norm', buffers, params, CUTS);
    expectSameBits(addedCut!, added!, 'norm cut: resid');
    expectSameBits(outCut!, out!, 'norm cut: out');

    const plain = { ...params, hasDelta: 0 };
    const [kept, outPlain] = await runKernel(gpu, 'norm', [weight, added!, weight, bias, empty], plain);
    expectSameBits(kept!, added!, 'norm without delta: resid');
    expectSameBits(outPlain!, out!, 'norm without delta: out');

    const rows = { row0: 0, rows: ROWS, width };
    const scaleParams = { ...rows, eps: EPS };
    const [scale] = await runKernel(gpu, 'norm_scale', [added!, new Float32Array(ROWS)], scaleParams, CUTS);
    expectClose(
      scale!,
      Array.from(scale!, (_, r) => moments(added!, r, width)[1]),
      'norm_scale',
      1e-11,
    );
    const [centred] = await runKernel(gpu, 'norm_center', [added!, scale!, empty], rows, CUTS);
    const [affine] = await runKernel(gpu, 'affine', [centred!, weight, bias, empty], rows, CUTS);
    expectClose(affine!, out!, 'norm_scale, norm_center, affine against norm', 1e-14);
  });
});
