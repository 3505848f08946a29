import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import {
  element as at,
  expectClose,
  expectSameBits,
  openTestGpu,
  randomFloats,
  randomHalves,
  runKernel,
} from '../testing';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const choose = async (
  weights: Float32Array<ArrayBuffer>,
  X: number,
  A: number,
  cuts: readonly number[] = [],
) => {
  const rows = weights.length / X;
  const params = { row0: 0, rows, X, A };
  const [chosen] = await runKernel(gpu, 'choose', [weights, new Float32Array(rows * A)], params, cuts);
  return chosen!;
};

describe('choose', () => {
  it.each([
    [1, 1],
    [5, 2],
    [8, 8],
    [128, 8],
    [257, 3],
  ])('the largest of %i numbers, %i of them, in order', async (X, A) => {
    const rows = 70;
    // Few distinct numbers, so that many are tied.
    const weights = randomFloats(rows * X, 1).map((v) => Math.round(3 * v) / 3);
    const expected = Array.from({ length: rows }, (_, r) => {
      const row = [...weights.subarray(r * X, (r + 1) * X).entries()];
      return row.sort(([i, a], [j, b]) => b - a || i - j).slice(0, A);
    });
    const chosen = await choose(weights, X, A);
    expect([...chosen]).toEqual(expected.flatMap((row) => row.map(([i]) => i)));
    expectSameBits(await choose(weights, X, A, [1, 64]), chosen, 'cut');
  });

  it('takes NaN for larger than any number, and always as many as asked', async () => {
    const { NaN: nan, POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down } = Number;
    const weights = Float32Array.of(
      ...[0.5, nan, 1, 0],
      ...[nan, nan, nan, nan],
      ...[0, up, 1, nan],
      ...[down, down, 0, down],
    );
    expect([...(await choose(weights, 4, 2))]).toEqual([1, 2, 0, 1, 1, 3, 2, 0]);
  });
});

/** Choices of rows and how they are read: some are not integers in range. */
const CHOICES = [0, 3, 2, 1.4, 4, 4, -7, 1e9, 2.5, 0.49];
const MEANT = [0, 3, 2, 1, 4, 4, 0, 4, 3, 0];
const [X, A] = [5, 2];
const ROWS = CHOICES.length / A;

describe.each(['gemm_experts', 'gemm_experts_f16'] as const)('%s', (kernel) => {
  it.each([
    [4, 1, 0],
    [7, 9, 0],
    [64, 12, 1],
    [33, 66, 1],
  ])('K=%i N=%i, a row per choice: %i', async (K, N, perChoice) => {
    const a = randomFloats(ROWS * (perChoice ? A : 1) * K, 1);
    const bias = randomFloats(2 * X * N, 4);
    const chosen = Float32Array.from(CHOICES);
    const out = new Float32Array(ROWS * A * N);
    // Separate matrices, [out, in]; and one [in, out] for all experts, reading every second column.
    for (const [wOffset, wExpert, wRow, wCol, hasBias] of [
      [0, N * K, 1, K, 0],
      [1, 2 * N * K, 2 * N, 2, 1],
    ] as const) {
      const size = X * wExpert;
      const plain = randomFloats(size, 2);
      const halves = randomHalves(size, 3);
      const [stored, w] = kernel.endsWith('_f16') ? [halves.words, halves.values] : [plain, plain];
      const expected = Array.from(out, (_, i) => {
        const [p, n] = [Math.floor(i / N), i % N];
        const [e, from] = [MEANT[p]!, perChoice ? p : Math.floor(p / A)];
        let sum = hasBias ? at(bias, 1 + e * 2 * N + 2 * n) : 0;
        for (let k = 0; k < K; k++)
          sum += at(a, from * K + k) * at(w, wOffset + e * wExpert + k * wRow + n * wCol);
        return sum;
      });
      const lies = { wOffset, wExpert, wRow, wCol, hasBias, bOffset: 1, bExpert: 2 * N, bCol: 2 };
      const params = { row0: 0, rows: ROWS, K, N, X, A, perChoice, ...lies, wBegin: 0, wSize: size };
      const run = async (part: typeof stored, into: typeof out, own: typeof params, cuts: number[] = []) =>
        (await runKernel(gpu, kernel, [chosen, a, part, bias, into], own, cuts))[0]!;
      const whole = await run(stored, out, params);
      expectClose(whole, expected, kernel, 1e-12);
      expectSameBits(await run(stored, out, params, [1, 4]), whole, 'cut');

      // The weights in two buffers; the second starts at an even row, or expert.
      const row = hasBias ? wExpert : K;
      const begin = row * 2 * Math.floor(size / row / 2 / 2);
      if (begin === 0) continue;
      const words = (begin * stored.length) / size;
      const first = await run(stored.slice(0, words), out, { ...params, wSize: begin });
      const both = await run(stored.slice(words), first, { ...params, wBegin: begin, wSize: size - begin });
      expectSameBits(both, whole, 'in two buffers');
    }
  });
});

describe('mix_experts', () => {
  const D = 13;
  const weights = randomFloats(ROWS * X, 4).map((v) => v + 3);
  const y = randomFloats(ROWS * A * D, 5);
  const mix = async (
    chosen: Float32Array<ArrayBuffer>,
    own: typeof weights,
    renormalised: number,
    cuts: number[] = [],
  ) => {
    const params = { row0: 0, rows: ROWS, D, X, A, renormalised };
    const [out] = await runKernel(
      gpu,
      'mix_experts',
      [own, chosen, y, new Float32Array(ROWS * D)],
      params,
      cuts,
    );
    return out!;
  };

  it.each([0, 1])('sums outputs with their weights, renormalised: %i', async (renormalised) => {
    const chosen = Float32Array.from(CHOICES);
    const weightOf = (r: number, j: number) => at(weights, r * X + MEANT[r * A + j]!);
    const expected = Array.from({ length: ROWS * D }, (_, i) => {
      const [r, d] = [Math.floor(i / D), i % D];
      const total = renormalised ? weightOf(r, 0) + weightOf(r, 1) : 1;
      return [0, 1].reduce((sum, j) => sum + (weightOf(r, j) / total) * at(y, (r * A + j) * D + d), 0);
    });
    const out = await mix(chosen, weights, renormalised);
    expectClose(out, expected, 'mix_experts');
    expectSameBits(await mix(chosen, weights, renormalised, [1, 2]), out, 'cut');
  });

  it('is 0 where no weight is left, and not finite where a choice is not', async () => {
    const none = weights.slice().fill(0);
    expect([...(await mix(Float32Array.from(CHOICES), none, 1))].every((v) => v === 0)).toBe(true);
    const broken = Float32Array.from(CHOICES);
    broken[3] = Number.NaN;
    const out = await mix(broken, weights, 1);
    const rows = Array.from({ length: ROWS }, (_, r) =>
      out.subarray(r * D, (r + 1) * D).every(Number.isFinite),
    );
    expect(rows).toEqual([true, false, true, true, true]);
  });
});
