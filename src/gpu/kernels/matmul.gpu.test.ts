import { beforeAll, describe, it } from 'vitest';
import type { Gpu } from '../device';
import { element as at, expectClose, expectSameBits, openTestGpu, randomFloats, runKernel } from '../testing';
import { ACT_GELU_NEW, ACT_NONE } from './matmul';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

function geluNew(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

type Matrix = (row: number, column: number) => number;

/** a [R,K] b [K,N] in float64, row-major. */
function product(a: Matrix, b: Matrix, R: number, K: number, N: number): Float64Array {
  const out = new Float64Array(R * N);
  for (let r = 0; r < R; r++) {
    for (let k = 0; k < K; k++) {
      const value = a(r, k);
      for (let n = 0; n < N; n++) out[r * N + n]! += value * b(k, n);
    }
  }
  return out;
}

/** Error of f32 sums grows with the square root of K; NMSE of a few 1e-14 is expected up to K = 768. */
const LIMIT = 1e-12;

describe('gemm', () => {
  it.each([
    [1, 4, 4],
    [3, 64, 8],
    [63, 12, 36],
    [64, 64, 64],
    [65, 128, 260],
    [257, 8, 4],
    [5, 768, 64],
  ])('R=%i K=%i N=%i', async (R, K, N) => {
    const a = randomFloats(R * K, 1);
    const w = randomFloats(K * N, 2);
    const bias = randomFloats(N, 3);
    const out = new Float32Array(R * N);
    const linear = product(
      (r, k) => at(a, r * K + k),
      (k, n) => at(w, k * N + n),
      R,
      K,
      N,
    ).map((v, i) => v + at(bias, i % N));
    const params = { row0: 0, rows: R, K, N, act: ACT_NONE };
    const [plain] = await runKernel(gpu, 'gemm', [a, w, bias, out], params);
    expectClose(plain!, linear, 'gemm', LIMIT);
    const [activated] = await runKernel(gpu, 'gemm', [a, w, bias, out], { ...params, act: ACT_GELU_NEW });
    expectClose(activated!, linear.map(geluNew), 'gemm with gelu', LIMIT);
    const cuts = [32, 64, 192].filter((row) => row < R);
    const [cut] = await runKernel(gpu, 'gemm', [a, w, bias, out], params, cuts);
    expectSameBits(cut!, plain!, 'gemm cut');
    const last = a.slice((R - 1) * K);
    const [alone] = await runKernel(gpu, 'gemm', [last, w, bias, out.slice(0, N)], { ...params, rows: 1 });
    expectSameBits(alone!, plain!.slice((R - 1) * N), 'last row alone');
  });
});

describe('gemm_bt', () => {
  it.each([
    [1, 4, 1],
    [3, 64, 65],
    [65, 12, 257],
    [33, 768, 63],
  ])('R=%i K=%i N=%i into part of wider rows', async (R, K, N) => {
    const a = randomFloats(R * K, 4);
    const w = randomFloats(N * K, 5);
    const [oOffset, oStride] = [3, N + 5];
    const before = randomFloats(R * oStride, 6);
    const params = { row0: 0, rows: R, K, N, oOffset, oStride };
    const [out] = await runKernel(gpu, 'gemm_bt', [a, w, before], params);
    const expected = Float64Array.from(before);
    const logits = product(
      (r, k) => at(a, r * K + k),
      (k, n) => at(w, n * K + k),
      R,
      K,
      N,
    );
    for (const [i, v] of logits.entries()) expected[oOffset + Math.floor(i / N) * oStride + (i % N)] = v;
    expectClose(out!, expected, 'gemm_bt', LIMIT);
    const [cut] = await runKernel(gpu, 'gemm_bt', [a, w, before], params, R > 32 ? [32] : []);
    expectSameBits(cut!, out!, 'gemm_bt cut');
    const one = before.slice(0, oStride);
    const [alone] = await runKernel(gpu, 'gemm_bt', [a.slice((R - 1) * K), w, one], { ...params, rows: 1 });
    const start = (R - 1) * oStride + oOffset;
    expectSameBits(alone!.slice(oOffset, oOffset + N), out!.slice(start, start + N), 'last row alone');
  });
});

describe('gemm_any', () => {
  const contiguous = (R: number, K: number, N: number) => ({
    row0: 0,
    rows: R,
    K,
    N,
    act: ACT_NONE,
    hasBias: 1,
    aOffset: 0,
    aStride: K,
    aBatch: 0,
    wOffset: 0,
    wRow: N,
    wCol: 1,
    wBatch: 0,
    biasOffset: 0,
    biasBatch: 0,
    oOffset: 0,
    oStride: N,
    oBatch: 0,
    batches: 1,
  });

  it.each([
    [1, 1, 1],
    [3, 63, 5],
    [65, 65, 63],
    [64, 3, 257],
    [257, 7, 1],
  ])('R=%i K=%i N=%i', async (R, K, N) => {
    const a = randomFloats(R * K, 7);
    const w = randomFloats(K * N, 8);
    const bias = randomFloats(N, 9);
    const out = new Float32Array(R * N);
    const raw = product(
      (r, k) => at(a, r * K + k),
      (k, n) => at(w, k * N + n),
      R,
      K,
      N,
    );
    const linear = raw.map((v, i) => v + at(bias, i % N));
    const params = contiguous(R, K, N);
    const [plain] = await runKernel(gpu, 'gemm_any', [a, w, bias, out], params);
    expectClose(plain!, linear, 'gemm_any', LIMIT);
    const [bare] = await runKernel(gpu, 'gemm_any', [a, w, w, out], { ...params, hasBias: 0 });
    expectClose(bare!, raw, 'gemm_any without bias', LIMIT);
    const [act] = await runKernel(gpu, 'gemm_any', [a, w, bias, out], { ...params, act: ACT_GELU_NEW });
    expectClose(act!, linear.map(geluNew), 'gemm_any with gelu', LIMIT);
    const cuts = [32, 64, 192].filter((row) => row < R);
    const [cut] = await runKernel(gpu, 'gemm_any', [a, w, bias, out], params, cuts);
    expectSameBits(cut!, plain!, 'gemm_any cut');
  });

  it('projects per head: batches with their own offsets, a transposed weight, rows from row0', async () => {
    const [R, H, K, N] = [37, 3, 5, 7];
    const [aStride, oStride] = [H * K + 4, H * N + 6];
    const a = randomFloats(R * aStride + 2, 10);
    const w = randomFloats(H * N * K + 1, 11);
    const bias = randomFloats(H * N + 2, 12);
    const before = randomFloats(R * oStride + 3, 13);
    const [out] = await runKernel(gpu, 'gemm_any', [a, w, bias, before], {
      ...contiguous(R, K, N),
      row0: 4,
      rows: 33,
      aOffset: 2,
      aStride,
      aBatch: K,
      wOffset: 1,
      wRow: 1,
      wCol: K,
      wBatch: N * K,
      biasOffset: 2,
      biasBatch: N,
      oOffset: 3,
      oStride,
      oBatch: N,
      batches: H,
    });
    const expected = Float64Array.from(before);
    for (let h = 0; h < H; h++) {
      const head = product(
        (r, k) => at(a, 2 + h * K + r * aStride + k),
        (k, n) => at(w, 1 + h * N * K + n * K + k),
        R,
        K,
        N,
      );
      for (let r = 4; r < R; r++) {
        for (let n = 0; n < N; n++) {
          expected[3 + h * N + r * oStride + n] = at(head, r * N + n) + at(bias, 2 + h * N + n);
        }
      }
    }
    expectClose(out!, expected, 'gemm_any per head', LIMIT);
  });
});
