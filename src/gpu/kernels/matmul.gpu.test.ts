import { beforeAll, describe, it } from 'vitest';
import type { Gpu } from '../device';
import {
  ACT_NAMES,
  ACTIVATIONS,
  element as at,
  expectClose,
  expectSameBits,
  openTestGpu,
  randomFloats,
  randomHalves,
  runKernel,
} from '../testing';
import { ACT } from './matmul';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

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

/** Weights in a kernel's storage format, and as numbers. */
function makeWeights(kernel: string, count: number, seed: number) {
  if (kernel.endsWith('_f16')) {
    const { words, values } = randomHalves(count, seed + 100);
    return { stored: words, w: values };
  }
  const w = randomFloats(count, seed);
  return { stored: w, w };
}

/** The error of f32 sums grows with sqrt(K); expect an NMSE of a few 1e-14 up to K = 768. */
const LIMIT = 1e-12;

describe.each(['gemm', 'gemm_f16'] as const)('%s', (kernel) => {
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
    const { stored, w } = makeWeights(kernel, K * N, 2);
    const bias = randomFloats(N, 3);
    const out = new Float32Array(R * N);
    const raw = product(
      (r, k) => at(a, r * K + k),
      (k, n) => at(w, k * N + n),
      R,
      K,
      N,
    );
    const linear = raw.map((v, i) => v + at(bias, i % N));
    const params = { row0: 0, rows: R, K, N, act: ACT.none, hasBias: 1, oStride: N, oOffset: 0 };
    const [plain] = await runKernel(gpu, kernel, [a, stored, bias, out], params);
    expectClose(plain!, linear, kernel, LIMIT);
    const [bare] = await runKernel(gpu, kernel, [a, stored, a, out], { ...params, hasBias: 0 });
    expectClose(bare!, raw, `${kernel} without bias`, LIMIT);
    for (const name of ACT_NAMES) {
      const [act] = await runKernel(gpu, kernel, [a, stored, bias, out], { ...params, act: ACT[name] });
      expectClose(act!, linear.map(ACTIVATIONS[name]), `${kernel} with ${name}`, LIMIT);
    }
    const cuts = [32, 64, 192].filter((row) => row < R);
    const [cut] = await runKernel(gpu, kernel, [a, stored, bias, out], params, cuts);
    expectSameBits(cut!, plain!, `${kernel} cut`);
    const last = a.slice((R - 1) * K);
    const [alone] = await runKernel(gpu, kernel, [last, stored, bias, out.slice(0, N)], {
      ...params,
      rows: 1,
    });
    expectSameBits(alone!, plain!.slice((R - 1) * N), 'last row alone');

    const [oOffset, oStride] = [8, N + 12];
    const wide = randomFloats(R * oStride, 4);
    const [part] = await runKernel(gpu, kernel, [a, stored, bias, wide], { ...params, oOffset, oStride });
    const inWide = wide.map((before, i) => {
      const column = (i % oStride) - oOffset;
      return column >= 0 && column < N ? at(plain!, Math.floor(i / oStride) * N + column) : before;
    });
    expectSameBits(part!, inWide, 'into part of wider rows');
  });
});

describe.each(['gemm_bt', 'gemm_bt_f16'] as const)('%s', (kernel) => {
  it.each([
    [1, 4, 1],
    [3, 64, 65],
    [65, 12, 257],
    [33, 768, 63],
  ])('R=%i K=%i N=%i into part of wider rows', async (R, K, N) => {
    const a = randomFloats(R * K, 4);
    const { stored, w } = makeWeights(kernel, N * K, 5);
    const biasOffset = 7;
    const bias = randomFloats(biasOffset + N, 3);
    const [oOffset, oStride] = [3, N + 5];
    const before = randomFloats(R * oStride, 6);
    const raw = product(
      (r, k) => at(a, r * K + k),
      (k, n) => at(w, n * K + k),
      R,
      K,
      N,
    );
    const linear = raw.map((v, i) => v + at(bias, biasOffset + (i % N)));
    const inWide = (values: Float64Array) => {
      const expected = Float64Array.from(before);
      for (const [i, v] of values.entries()) expected[oOffset + Math.floor(i / N) * oStride + (i % N)] = v;
      return expected;
    };
    const bare = { row0: 0, rows: R, K, N, act: ACT.none, hasBias: 0, biasOffset: 0, oOffset, oStride };
    const [out] = await runKernel(gpu, kernel, [a, stored, a, before], bare);
    expectClose(out!, inWide(raw), kernel, LIMIT);
    const params = { ...bare, hasBias: 1, biasOffset };
    for (const name of ACT_NAMES) {
      const [act] = await runKernel(gpu, kernel, [a, stored, bias, before], { ...params, act: ACT[name] });
      expectClose(act!, inWide(linear.map(ACTIVATIONS[name])), `${kernel} with bias and ${name}`, LIMIT);
    }
    const [cut] = await runKernel(gpu, kernel, [a, stored, a, before], bare, R > 32 ? [32] : []);
    expectSameBits(cut!, out!, `${kernel} cut`);
    const last = [a.slice((R - 1) * K), stored, a, before.slice(0, oStride)];
    const [alone] = await runKernel(gpu, kernel, last, { ...bare, rows: 1 });
    const start = (R - 1) * oStride + oOffset;
    expectSameBits(alone!.slice(oOffset, oOffset + N), out!.slice(start, start + N), 'last row alone');
  });
});

describe.each(['gemm_any', 'gemm_any_f16'] as const)('%s', (kernel) => {
  const contiguous = (R: number, K: number, N: number) => ({
    row0: 0,
    rows: R,
    K,
    N,
    act: ACT.none,
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
    wBatchDiv: 1,
  });

  it.each([
    [1, 1, 1],
    [3, 63, 5],
    [65, 65, 63],
    [64, 3, 257],
    [257, 7, 1],
  ])('R=%i K=%i N=%i', async (R, K, N) => {
    const a = randomFloats(R * K, 7);
    const { stored, w } = makeWeights(kernel, K * N, 8);
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
    const [plain] = await runKernel(gpu, kernel, [a, stored, bias, out], params);
    expectClose(plain!, linear, kernel, LIMIT);
    const [bare] = await runKernel(gpu, kernel, [a, stored, a, out], { ...params, hasBias: 0 });
    expectClose(bare!, raw, `${kernel} without bias`, LIMIT);
    for (const name of ACT_NAMES) {
      const [act] = await runKernel(gpu, kernel, [a, stored, bias, out], { ...params, act: ACT[name] });
      expectClose(act!, linear.map(ACTIVATIONS[name]), `${kernel} with ${name}`, LIMIT);
    }
    const cuts = [32, 64, 192].filter((row) => row < R);
    const [cut] = await runKernel(gpu, kernel, [a, stored, bias, out], params, cuts);
    expectSameBits(cut!, plain!, `${kernel} cut`);
  });

  it.each([
    [3, 3],
    [6, 2],
    [4, 1],
  ])('%i heads with %i weights: batches with offsets, a transposed weight, rows from row0', async (H, G) => {
    const [R, K, N] = [37, 5, 7];
    const [aStride, oStride] = [H * K + 4, H * N + 6];
    const a = randomFloats(R * aStride + 2, 10);
    const { stored, w } = makeWeights(kernel, G * N * K + 1, 11);
    const bias = randomFloats(G * N + 2, 12);
    const before = randomFloats(R * oStride + 3, 13);
    const [out] = await runKernel(gpu, kernel, [a, stored, bias, before], {
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
      wBatchDiv: H / G,
    });
    const expected = Float64Array.from(before);
    for (let h = 0; h < H; h++) {
      const g = Math.floor((h * G) / H);
      const head = product(
        (r, k) => at(a, 2 + h * K + r * aStride + k),
        (k, n) => at(w, 1 + g * N * K + n * K + k),
        R,
        K,
        N,
      );
      for (let r = 4; r < R; r++) {
        for (let n = 0; n < N; n++) {
          expected[3 + h * N + r * oStride + n] = at(head, r * N + n) + at(bias, 2 + g * N + n);
        }
      }
    }
    expectClose(out!, expected, `${kernel} per head`, LIMIT);
  });
});
