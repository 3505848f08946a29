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

/** Mean (0 without centring) and sqrt(mean square of the rest + eps) of a row, in float64. */
function moments(x: ArrayLike<number>, start: number, width: number, center = 1): [number, number] {
  const values = Array.from({ length: width }, (_, c) => at(x, start + c));
  const mean = center === 1 ? values.reduce((a, b) => a + b, 0) / width : 0;
  const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
  return [mean, Math.sqrt(square + EPS)];
}

const FORMS = [
  { center: 1, hasWeight: 1, hasBias: 1, shift: 0 },
  { center: 1, hasWeight: 0, hasBias: 0, shift: 0 },
  { center: 0, hasWeight: 1, hasBias: 0, shift: 1 },
  { center: 0, hasWeight: 1, hasBias: 0, shift: 0 },
] as const;

describe.each(FORMS)('norm and its three parts: %o', (form) => {
  it.each(WIDTHS)('width %i', async (width) => {
    const delta = randomFloats(ROWS * width, 11);
    const resid = randomFloats(ROWS * width, 12, 5).map((v) => v + 20);
    const weight = randomFloats(width, 13);
    const bias = randomFloats(width, 14);
    const empty = new Float32Array(ROWS * width);
    const params = { row0: 0, rows: ROWS, width, eps: EPS, hasDelta: 1, ...form };
    const buffers = [delta, resid, weight, bias, empty];
    const [added, out] = await runKernel(gpu, 'norm', buffers, params);
    expectSameBits(
      added!,
      resid.map((v, i) => v + at(delta, i)),
      'norm: resid',
    );

    const { center, hasWeight, hasBias, shift } = form;
    const expected = Array.from(added!, (v, i) => {
      const [mean, scale] = moments(added!, i - (i % width), width, center);
      const factor = hasWeight === 1 ? at(weight, i % width) + shift : 1;
      return ((v - mean) / scale) * factor + (hasBias === 1 ? at(bias, i % width) : 0);
    });
    // The mean, about 20, has an error of 1e-6, which remains after centring.
    expectClose(out!, expected, `norm, center ${center}`, center === 1 ? 1e-11 : 1e-13);

    const [addedCut, outCut] = await runKernel(gpu, 'norm', buffers, params, CUTS);
    expectSameBits(addedCut!, added!, 'norm cut: resid');
    expectSameBits(outCut!, out!, 'norm cut: out');

    const plain = { ...params, hasDelta: 0 };
    const [kept, outPlain] = await runKernel(gpu, 'norm', [weight, added!, weight, bias, empty], plain);
    expectSameBits(kept!, added!, 'norm without delta: resid');
    expectSameBits(outPlain!, out!, 'norm without delta: out');

    const rows = { row0: 0, rows: ROWS, width };
    const scaleParams = { ...rows, eps: EPS, center };
    const [scale] = await runKernel(gpu, 'norm_scale', [added!, new Float32Array(ROWS)], scaleParams, CUTS);
    expectClose(
      scale!,
      Array.from(scale!, (_, r) => moments(added!, r * width, width, center)[1]),
      'norm_scale',
      1e-11,
    );
    const centring = { ...rows, center };
    const [centred] = await runKernel(gpu, 'norm_center', [added!, scale!, empty], centring, CUTS);
    const shifting = { ...rows, hasWeight, hasBias, shift };
    const [affine] = await runKernel(gpu, 'affine', [centred!, weight, bias, empty], shifting, CUTS);
    expectClose(affine!, out!, 'norm_scale, norm_center, affine against norm', 1e-14);
  });
});

describe('a row of equal numbers', () => {
  const CONSTANTS = [1e3, 1e5, -1234.567, 0.1, 0];

  it.each([1, 5, 63, 64, 65, 768, 1600])('of width %i is centred to 0', async (width) => {
    const rows = CONSTANTS.length;
    const x = Float32Array.from({ length: rows * width }, (_, i) => at(CONSTANTS, Math.floor(i / width)));
    const empty = new Float32Array(rows * width);
    const params = { row0: 0, rows, width, center: 1 };
    const alone = { hasDelta: 0, hasWeight: 0, hasBias: 0, shift: 0 };
    for (const eps of [1e-5, 1e-12]) {
      const [, out] = await runKernel(gpu, 'norm', [empty, x, empty, empty, empty], {
        ...params,
        ...alone,
        eps,
      });
      const [scale] = await runKernel(gpu, 'norm_scale', [x, new Float32Array(rows)], { ...params, eps });
      const [centred] = await runKernel(gpu, 'norm_center', [x, scale!, empty], params);
      const largest = (values: Float32Array) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      expect(Math.max(largest(out!), largest(centred!))).toBeLessThanOrEqual(1e-6);
      expect(largest(scale!)).toBeLessThan(0.005);
    }
  });

  it.each([64, 768, 1600])('of width %i but one is as in float64', async (width) => {
    for (const mean of [1e3, 1e5]) {
      const x = new Float32Array(width).fill(mean);
      x[width - 1] = mean + 8;
      const buffers = [x, x, x, x, new Float32Array(width)];
      const params = { row0: 0, rows: 1, width, eps: EPS, center: 1 };
      const alone = { hasDelta: 0, hasWeight: 0, hasBias: 0, shift: 0 };
      const [, out] = await runKernel(gpu, 'norm', buffers, { ...params, ...alone });
      const [middle, scale] = moments(x, 0, width);
      // The mean itself is rounded to a float.
      const limit = (1.1 * 2 ** -24 * mean) / scale + 1e-6;
      for (const [c, v] of out!.entries())
        expect(Math.abs(v - (at(x, c) - middle) / scale) / Math.max(1, Math.abs(v))).toBeLessThan(limit);
    }
  });
});

describe('head_norm', () => {
  it.each([
    { heads: 1, width: 1, col: 0, extra: 0 },
    { heads: 3, width: 5, col: 2, extra: 3 },
    { heads: 2, width: 64, col: 128, extra: 7 },
    { heads: 5, width: 63, col: 0, extra: 1 },
    { heads: 1, width: 257, col: 4, extra: 4 },
  ])('$heads heads of $width from column $col', async ({ heads, width, col, extra }) => {
    const stride = col + heads * width + extra;
    const x = randomFloats(ROWS * stride, 21, 3);
    const weight = randomFloats(width, 22);
    for (const shift of [0, 1]) {
      const params = { row0: 1, rows: ROWS - 2, heads, width, stride, col, eps: EPS, shift };
      const [out] = await runKernel(gpu, 'head_norm', [weight, x], params);
      const expected = Array.from(x, (v, i) => {
        const [row, c] = [Math.floor(i / stride), (i % stride) - col];
        if (row < 1 || row >= ROWS - 1 || c < 0 || c >= heads * width) return v;
        const [, scale] = moments(x, i - (c % width), width, 0);
        return (v / scale) * (at(weight, c % width) + shift);
      });
      expectClose(out!, expected, 'head_norm');
      const isOutside = (i: number) => at(expected, i) === at(x, i);
      expectSameBits(
        out!.filter((_, i) => isOutside(i)),
        x.filter((_, i) => isOutside(i)),
        'head_norm: other columns and rows',
      );
      const [cut] = await runKernel(gpu, 'head_norm', [weight, x], params, [1, 3]);
      expectSameBits(cut!, out!, 'head_norm cut');
    }
  });
});

describe('rotary', () => {
  it.each([
    { heads: 1, K: 2, dims: 2, col: 0, extra: 0, step: 1, apart: 1 },
    { heads: 3, K: 8, dims: 8, col: 5, extra: 2, step: 1, apart: 4 },
    { heads: 2, K: 80, dims: 20, col: 0, extra: 80, step: 1, apart: 10 },
    { heads: 5, K: 64, dims: 64, col: 64, extra: 1, step: 1, apart: 32 },
    { heads: 3, K: 14, dims: 6, col: 5, extra: 2, step: 2, apart: 1 },
  ])('$dims of $K columns by $step, $heads heads from column $col', async (given) => {
    const { heads, K, dims, col, extra, step, apart } = given;
    const [T, stride] = [33, col + heads * K + extra];
    const x = randomFloats(ROWS * stride, 31, 3);
    // Sequence x T + position, with angles starting at position 3.
    const begin = 3;
    const positions = Uint32Array.from(
      { length: ROWS },
      (_, r) => 5 * r * T + begin + ((r * 11) % (T - begin)),
    );
    const angles = new Float32Array(T * dims);
    for (let t = 0; t < T; t++) {
      for (let i = 0; i < dims / 2; i++) {
        const angle = t * 10000 ** ((-2 * i) / dims);
        angles[t * dims + 2 * i] = Math.cos(angle);
        angles[t * dims + 2 * i + 1] = Math.sin(angle);
      }
    }
    const params = { row0: 1, rows: ROWS - 2, heads, K, dims, step, apart, stride, col, T, begin };
    const [out] = await runKernel(gpu, 'rotary', [positions, angles.slice(begin * dims), x], params);
    const expected = Float64Array.from(x);
    for (let r = 1; r < ROWS - 1; r++) {
      for (let h = 0; h < heads; h++) {
        for (let i = 0; i < dims / 2; i++) {
          const turn = (at(positions, r) % T) * dims + 2 * i;
          const [cos, sin] = [at(angles, turn), at(angles, turn + 1)];
          const first = r * stride + col + h * K + i * step;
          const [a, b] = [at(x, first), at(x, first + apart)];
          expected[first] = a * cos - b * sin;
          expected[first + apart] = b * cos + a * sin;
        }
      }
    }
    expectClose(out!, expected, 'rotary');
    const [cut] = await runKernel(gpu, 'rotary', [positions, angles.slice(begin * dims), x], params, [1, 3]);
    expectSameBits(cut!, out!, 'rotary cut');
    const turned = (i: number) => {
      const [r, c] = [Math.floor(i / stride), (i % stride) - col];
      return r >= 1 && r < ROWS - 1 && c >= 0 && c < heads * K && c % K < dims;
    };
    expectSameBits(
      out!.filter((_, i) => !turned(i)),
      x.filter((_, i) => !turned(i)),
      'rotary: other columns and rows',
    );
  });
});
