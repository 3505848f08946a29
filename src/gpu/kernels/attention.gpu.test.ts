import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import {
  element as at,
  expectClose,
  expectSameBits,
  openTestGpu,
  randomFloats,
  runKernel,
  uniformStream,
} from '../testing';
import { BASE_ROW, MASKED_SCORE } from './attention';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  T: number;
  H: number;
  K: number;
  slots: number;
}

/** Sequence slots whose keys lie partly in qkv and partly in kvBase, in shuffled rows, with every position asked. */
function makeCase({ T, H, K, slots }: Case) {
  const D = H * K;
  const next = uniformStream(T * 1000 + D);
  const rows = slots * T;
  const qkv = randomFloats(rows * 3 * D, 1, 2);
  const kvBase = randomFloats(rows * 3 * D, 2, 2);
  const order = Array.from({ length: rows }, (_, i) => i).sort(() => next() - 0.5);
  const keyRows = Uint32Array.from(order, (row) => (next() < 0.5 ? BASE_ROW + row : row));
  const queries = Uint32Array.from(
    Array.from({ length: rows }, (_, i) => [order[i] ?? 0, Math.floor(i / T), i % T]).flat(),
  );
  const params = { row0: 0, rows, T, H, K, D, scale: 1 / Math.sqrt(K) };
  const row = (slot: number, j: number): [Float32Array, number] => {
    const location = at(keyRows, slot * T + j);
    return location >= BASE_ROW ? [kvBase, location - BASE_ROW] : [qkv, location];
  };
  return { D, rows, qkv, kvBase, keyRows, queries, params, row, T, H, K };
}

type Made = ReturnType<typeof makeCase>;

/** Scores in float64, masked keys as -Infinity. */
function referenceScores(made: Made): Float64Array {
  const { D, H, K, T, qkv, queries, rows, row, params } = made;
  const out = new Float64Array(rows * H * T).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++) {
    const [own, slot, position] = [at(queries, 3 * i), at(queries, 3 * i + 1), at(queries, 3 * i + 2)];
    for (let h = 0; h < H; h++) {
      for (let j = 0; j <= position; j++) {
        const [keys, r] = row(slot, j);
        let dot = 0;
        for (let k = 0; k < K; k++)
          dot += at(qkv, own * 3 * D + h * K + k) * at(keys, r * 3 * D + D + h * K + k);
        out[(i * H + h) * T + j] = params.scale * dot;
      }
    }
  }
  return out;
}

function referenceSoftmax(scores: Float64Array, T: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += T) {
    const row = scores.subarray(start, start + T);
    const largest = Math.max(...row);
    const weights = row.map((v) => Math.exp(v - largest));
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let j = 0; j < T; j++) out[start + j] = at(weights, j) / sum;
  }
  return out;
}

function referenceMix(made: Made, pattern: ArrayLike<number>, full: boolean): Float64Array {
  const { D, H, K, T, queries, rows, row } = made;
  const out = new Float64Array(rows * D);
  for (let i = 0; i < rows; i++) {
    const [slot, position] = [at(queries, 3 * i + 1), at(queries, 3 * i + 2)];
    for (let c = 0; c < D; c++) {
      for (let j = 0; j < (full ? T : position + 1); j++) {
        const [values, r] = row(slot, j);
        const weight = at(pattern, (i * H + Math.floor(c / K)) * T + j);
        out[i * D + c]! += weight * at(values, r * 3 * D + 2 * D + c);
      }
    }
  }
  return out;
}

describe.each<Case>([
  { T: 1, H: 1, K: 1, slots: 3 },
  { T: 3, H: 2, K: 5, slots: 2 },
  { T: 10, H: 4, K: 16, slots: 3 },
  { T: 63, H: 1, K: 3, slots: 1 },
  { T: 65, H: 3, K: 8, slots: 1 },
  { T: 257, H: 1, K: 4, slots: 1 },
])('attention with T=$T H=$H K=$K, $slots slots', (shape) => {
  const made = makeCase(shape);
  const { qkv, kvBase, queries, keyRows, params, rows, T, H, D } = made;
  const inputs = [qkv, kvBase, queries, keyRows];
  const blank = () => randomFloats(rows * H * T, 9);
  const cuts = [1, 2, 7].filter((row) => row < rows);
  const wanted = referenceScores(made);
  const pattern = referenceSoftmax(wanted, T);
  const isMasked = (i: number) => at(wanted, i) === Number.NEGATIVE_INFINITY;
  const expectMasked = (out: Float32Array, value: number) => {
    expect(
      out.findIndex((v, i) => isMasked(i) && v !== value),
      'a masked entry that is not',
    ).toBe(-1);
  };

  it('attend', async () => {
    const [out] = await runKernel(gpu, 'attend', [...inputs, blank()], params);
    expectClose(out!, pattern, 'attend', 1e-12);
    expectMasked(out!, 0);
    const [cut] = await runKernel(gpu, 'attend', [...inputs, blank()], params, cuts);
    expectSameBits(cut!, out!, 'attend cut');
  });

  it('scores, then softmax', async () => {
    const [scores] = await runKernel(gpu, 'scores', [...inputs, blank()], params, cuts);
    const unmasked = [...wanted.keys()].filter((i) => !isMasked(i));
    expectClose(
      unmasked.map((i) => at(scores!, i)),
      unmasked.map((i) => at(wanted, i)),
      'scores',
      1e-12,
    );
    expectMasked(scores!, Math.fround(MASKED_SCORE));
    const soft = { row0: 0, rows, T, H };
    const [out] = await runKernel(gpu, 'softmax', [scores!, blank()], soft, cuts);
    expectClose(out!, pattern, 'softmax', 1e-12);
    expectMasked(out!, 0);
  });

  it('mix over the keys up to the position, and over all keys', async () => {
    const weights = randomFloats(rows * H * T, 10);
    for (const full of [0, 1]) {
      const mixing = { row0: 0, rows, T, H, K: shape.K, D, full };
      const buffers = [weights, ...inputs, new Float32Array(rows * D)];
      const [z] = await runKernel(gpu, 'mix', buffers, mixing);
      expectClose(z!, referenceMix(made, weights, full === 1), `mix full=${full}`, 1e-12);
      const [cut] = await runKernel(gpu, 'mix', buffers, mixing, cuts);
      expectSameBits(cut!, z!, 'mix cut');
    }
  });
});

describe('softmax', () => {
  it('takes large scores without overflow and gives a fully masked row zeros', async () => {
    const scores = new Float32Array([1000, 999, MASKED_SCORE, MASKED_SCORE, MASKED_SCORE, MASKED_SCORE]);
    const soft = { row0: 0, rows: 2, T: 3, H: 1 };
    const [out] = await runKernel(gpu, 'softmax', [scores, new Float32Array(6)], soft);
    expectClose(out!, [1 / (1 + Math.exp(-1)), Math.exp(-1) / (1 + Math.exp(-1)), 0, 0, 0, 0], 'softmax');
  });
});
