import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import { expectSameBits, openTestGpu, randomFloats, runKernel } from '../testing';

const CUTS = [1, 2, 5];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe('heads', () => {
  it.each([1, 3, 63, 64, 65, 257])(
    'T = %i: chosen heads of a pattern in any order, rows in any place',
    async (T) => {
      const [H, S, chosen] = [5, T + 2, [4, 0, 3]];
      const stride = H * S;
      const x = randomFloats((T + 1) * stride, T);
      const place = (t: number) => T - t;
      const to = 7;
      const table = new Uint32Array(
        Array.from({ length: T }, (_, t) => [place(t) * stride, to + t * T, T * T, T]).flat(),
      );
      const params = { row0: 0, rows: T, heads: 3, width: S, perHead: S };
      const out = new Float32Array(to + 3 * T * T + 1).fill(-5);
      const expected = out.slice();
      for (const [i, h] of chosen.entries())
        for (let t = 0; t < T; t++)
          for (let s = 0; s < T; s++) expected[to + (i * T + t) * T + s] = x[place(t) * stride + h * S + s]!;
      for (const cuts of [undefined, T > 5 ? CUTS : undefined]) {
        const [got] = await runKernel(gpu, 'heads', [table, new Uint32Array(chosen), x, out], params, cuts);
        expectSameBits(got!, expected, `heads of ${T}`);
      }
    },
  );

  it('runs of different lengths share a dispatch; a wider row becomes contiguous', async () => {
    const [K, stride, col] = [3, 20, 6];
    const x = randomFloats(4 * stride, 2);
    const table = new Uint32Array([0 + col, 0, K, K, 3 * stride + col, 2 * K, K, 1, stride, 5 * K, 2 * K, 2]);
    const params = { row0: 0, rows: 3, heads: 2, width: K, perHead: K };
    const out = new Float32Array(9 * K);
    const [got] = await runKernel(gpu, 'heads', [table, new Uint32Array([1, 0]), x, out], params);
    const expected = out.slice();
    const at = (row: number, c: number, h: number) => x[row * stride + c + h * K]!;
    for (let c = 0; c < 3; c++) [expected[c], expected[K + c]] = [at(0, col + c, 1), at(0, col + c, 0)];
    [expected[2 * K], expected[3 * K]] = [at(3, col, 1), at(3, col, 0)];
    for (let c = 0; c < 2; c++) [expected[5 * K + c], expected[7 * K + c]] = [at(1, c, 1), at(1, c, 0)];
    expectSameBits(got!, expected, 'two lengths');
  });
});

describe('mean_rows', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 21],
    [2, 4, 32],
    [5, 3, 13],
    [7, 112, 65],
  ])('%i means of %i rows, %i columns', async (rows, count, width) => {
    const [stride, col, many] = [width + 3, 2, 150];
    const x = randomFloats(many * stride, width);
    const table = Uint32Array.from({ length: rows * count }, (_, i) => (i * 37) % many);
    const expected = Float64Array.from({ length: rows * width }, (_, i) => {
      const [row, c] = [Math.floor(i / width), i % width];
      const list = table.subarray(row * count, (row + 1) * count);
      return list.reduce((sum, at) => sum + x[at * stride + col + c]!, 0) / count;
    });
    const params = { row0: 0, rows, count, width, stride, col };
    for (const cuts of [undefined, rows > 5 ? CUTS : undefined]) {
      const [got] = await runKernel(
        gpu,
        'mean_rows',
        [table, x, new Float32Array(rows * width)],
        params,
        cuts,
      );
      const off = expected.map((value, i) => Math.abs(got![i]! - value));
      expect(Math.max(...off)).toBeLessThan(1e-6);
    }
  });

  it('keeps what is not finite', async () => {
    const params = { row0: 0, rows: 1, count: 2, width: 2, stride: 2, col: 0 };
    const x = Float32Array.of(1, 2, Number.NaN, 4);
    const [got] = await runKernel(gpu, 'mean_rows', [Uint32Array.of(0, 1), x, new Float32Array(2)], params);
    expect([...got!]).toEqual([Number.NaN, 3]);
  });
});

describe('pool', () => {
  const pooled = (x: Float32Array, H: number, T: number, side: number): Float32Array => {
    const P = 1 + Math.ceil((T - 1) / side);
    const group = (t: number) => Math.ceil(t / side);
    const out = new Float32Array(H * P * P).fill(-Infinity);
    for (let h = 0; h < H; h++)
      for (let t = 0; t < T; t++)
        for (let s = 0; s < T; s++) {
          const at = (h * P + group(t)) * P + group(s);
          out[at] = Math.max(out[at]!, x[(h * T + t) * T + s]!);
        }
    return out;
  };

  it.each([
    [1, 1],
    [1, 4],
    [2, 1],
    [63, 3],
    [64, 7],
    [65, 64],
    [65, 1],
    [130, 5],
  ])('T = %i in groups of %i, whole and cut', async (T, side) => {
    const [H, origin] = [3, 5];
    const P = 1 + Math.ceil((T - 1) / side);
    const x = randomFloats(origin + H * T * T, T);
    const params = { row0: 0, rows: H * P, T, P, side, origin };
    const expected = pooled(x.subarray(origin), H, T, side);
    const out = new Float32Array(H * P * P);
    for (const cuts of [undefined, H * P > 5 ? CUTS : undefined]) {
      const [got] = await runKernel(gpu, 'pool', [x, out], params, cuts);
      expectSameBits(got!, expected, `pool of ${T}`);
    }
  });

  it('keeps what is not finite', async () => {
    for (const [value, side] of [NaN, Infinity].flatMap((v) => [1, 2, 3].map((n) => [v, n] as const)))
      for (let at = 0; at < 16; at++) {
        const x = new Float32Array(16).fill(0.5);
        x[at] = value;
        const P = 1 + Math.ceil(3 / side);
        const params = { row0: 0, rows: P, T: 4, P, side, origin: 0 };
        const [got] = await runKernel(gpu, 'pool', [x, new Float32Array(P * P)], params);
        expect([...got!].filter((v) => !Number.isFinite(v))).toEqual([value]);
      }
  });
});
