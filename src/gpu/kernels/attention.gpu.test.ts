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
import { MASKED_SCORE } from '../../util/masked';
import { BASE_ROW, NO_WINDOW } from './attention';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  T: number;
  H: number;
  /** Default: H. */
  G?: number;
  K: number;
  slots: number;
  causal?: 0 | 1;
  window?: number;
  softcap?: number;
}

/**
 * Sequences with keys split between qkv and kvBase, in shuffled rows; every position in qkv is a
 * query. Two sequences are samples of one member: their rows are as far apart as its keys say.
 */
function makeCase({ T, H, G = H, K, slots, causal = 1, window = NO_WINDOW, softcap = 0 }: Case) {
  const next = uniformStream(T * 1000 + H * K);
  const held = 2 * Math.ceil(slots / 2) * T;
  const width = (H + 2 * G) * K;
  const qkv = randomFloats(held * width, 1, 2);
  const kvBase = randomFloats(held * width, 2, 2);
  const members = Math.ceil(slots / 2);
  // The first sample's row for each (member, position); the second sample's follows.
  const order = Array.from({ length: members * T }, (_, i) => 2 * i).sort(() => next() - 0.5);
  const keys = Uint32Array.from(order.flatMap((row) => [next() < 0.5 ? BASE_ROW + row : row, 1]));
  const sequences = Uint32Array.from(
    Array.from({ length: slots }, (_, s) => [Math.floor(s / 2) * T, s % 2]).flat(),
  );
  const place = (slot: number, j: number): number => {
    const key = 2 * (at(sequences, 2 * slot) + j);
    return at(keys, key) + at(sequences, 2 * slot + 1) * at(keys, key + 1);
  };
  const asked = Array.from({ length: slots * T }, (_, i) => i);
  const queries = Uint32Array.from(asked.filter((i) => place(Math.floor(i / T), i % T) < BASE_ROW));
  const rows = queries.length;
  const shape = { row0: 0, rows, T, H, G, K };
  const params = { ...shape, scale: 1 / Math.sqrt(K), softcap, causal, window };
  const row = (slot: number, j: number): [Float32Array, number] => {
    const location = place(slot, j);
    return location >= BASE_ROW ? [kvBase, location - BASE_ROW] : [qkv, location];
  };
  const isVisible = (t: number, j: number) => (causal === 0 || j <= t) && (j > t || t - j < window);
  return {
    width,
    rows,
    qkv,
    kvBase,
    tables: [queries, sequences, keys],
    queries,
    place,
    shape,
    params,
    row,
    isVisible,
  };
}

type Made = ReturnType<typeof makeCase>;

/** Scores in float64, masked keys as -Infinity. */
function referenceScores(made: Made): Float64Array {
  const { width, qkv, queries, place, rows, row, isVisible, params } = made;
  const { T, H, G, K, scale, softcap } = params;
  const out = new Float64Array(rows * H * T).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++) {
    const [slot, position] = [Math.floor(at(queries, i) / T), at(queries, i) % T];
    const own = place(slot, position);
    for (let h = 0; h < H; h++) {
      const g = Math.floor((h * G) / H);
      for (let j = 0; j < T; j++) {
        if (!isVisible(position, j)) continue;
        const [keys, r] = row(slot, j);
        let dot = 0;
        for (let k = 0; k < K; k++)
          dot += at(qkv, own * width + h * K + k) * at(keys, r * width + (H + g) * K + k);
        const score = scale * dot;
        out[(i * H + h) * T + j] = softcap > 0 ? softcap * Math.tanh(score / softcap) : score;
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

function referenceMix(made: Made, pattern: ArrayLike<number>, full: boolean, col: number): Float64Array {
  const { width, queries, rows, row, isVisible, params } = made;
  const { T, H, G, K } = params;
  const out = new Float64Array(rows * H * K);
  for (let i = 0; i < rows; i++) {
    const [slot, position] = [Math.floor(at(queries, i) / T), at(queries, i) % T];
    for (let c = 0; c < H * K; c++) {
      const h = Math.floor(c / K);
      const column = col + Math.floor((h * G) / H) * K + (c % K);
      for (let j = 0; j < T; j++) {
        if (!full && !isVisible(position, j)) continue;
        const [values, r] = row(slot, j);
        out[i * H * K + c]! += at(pattern, (i * H + h) * T + j) * at(values, r * width + column);
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
  { T: 10, H: 6, G: 2, K: 16, slots: 2 },
  { T: 9, H: 4, G: 1, K: 5, slots: 2 },
  { T: 17, H: 2, K: 8, slots: 1, window: 1 },
  { T: 67, H: 6, G: 2, K: 4, slots: 1, window: 5 },
  { T: 12, H: 2, K: 8, slots: 2, window: 12 },
  { T: 65, H: 3, K: 8, slots: 1, causal: 0 },
  { T: 11, H: 4, G: 2, K: 3, slots: 2, causal: 0, window: 3 },
  { T: 10, H: 6, G: 2, K: 16, slots: 2, softcap: 50 },
  { T: 33, H: 4, G: 2, K: 32, slots: 1, softcap: 0.5, window: 7 },
])(
  'attention with $T keys, $H heads ($G) of $K, $slots slots, causal $causal, window $window, softcap $softcap',
  (asked) => {
    const made = makeCase(asked);
    const { qkv, kvBase, tables, shape, params, rows } = made;
    const { T, H, K } = shape;
    const inputs = [qkv, kvBase, ...tables];
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
      const soft = { row0: 0, rows, T, H, hasSinks: 0 };
      const [out] = await runKernel(gpu, 'softmax', [scores!, scores!, blank()], soft, cuts);
      expectClose(out!, pattern, 'softmax', 1e-12);
      const [whole] = await runKernel(gpu, 'attend', [...inputs, blank()], params);
      expectClose(whole!, out!, 'attend against scores, softmax');
      expectMasked(out!, 0);
    });

    it('mix over the visible keys, and over all keys', async () => {
      const weights = randomFloats(rows * H * T, 10);
      const [values, keys] = [(H + shape.G) * K, H * K];
      for (const [full, col] of [
        [0, values],
        [1, values],
        [0, keys],
      ] as const) {
        const mixing = { ...shape, causal: params.causal, window: params.window, full, col };
        const buffers = [weights, ...inputs, new Float32Array(rows * H * K)];
        const [z] = await runKernel(gpu, 'mix', buffers, mixing);
        expectClose(z!, referenceMix(made, weights, full === 1, col), `mix full=${full}`, 1e-12);
        const [cut] = await runKernel(gpu, 'mix', buffers, mixing, cuts);
        expectSameBits(cut!, z!, 'mix cut');
      }
    });
  },
);

describe('scores', () => {
  it('are capped without overflow where the products are large', async () => {
    const qkv = new Float32Array([1e9, 1e9, 0, 1e-3, 1e9, 0, -1e9, 1e9, 0]);
    const queries = new Uint32Array([0, 1, 2]);
    const [sequences, keys] = [new Uint32Array([0, 0]), new Uint32Array([0, 0, 1, 0, 2, 0])];
    const params = { row0: 0, rows: 3, T: 3, H: 1, G: 1, K: 1, scale: 1, softcap: 50, causal: 0 };
    const buffers = [qkv, qkv.slice(), queries, sequences, keys, new Float32Array(9)];
    const [out] = await runKernel(gpu, 'scores', buffers, { ...params, window: NO_WINDOW });
    expectClose(out!, [50, 50, 50, 50, 50, 50, -50, -50, -50], 'scores');
  });
});

describe('softmax', () => {
  it('takes large scores without overflow and gives a fully masked row zeros', async () => {
    const scores = new Float32Array([1000, 999, MASKED_SCORE, MASKED_SCORE, MASKED_SCORE, MASKED_SCORE]);
    const soft = { row0: 0, rows: 2, T: 3, H: 1, hasSinks: 0 };
    const [out] = await runKernel(gpu, 'softmax', [scores, scores, new Float32Array(6)], soft);
    expectClose(out!, [1 / (1 + Math.exp(-1)), Math.exp(-1) / (1 + Math.exp(-1)), 0, 0, 0, 0], 'softmax');
  });

  it("leaves a head's sink its share", async () => {
    const scores = new Float32Array([1, 2, 5, MASKED_SCORE, MASKED_SCORE, MASKED_SCORE, 0, 1000]);
    const sinks = new Float32Array([3, -2]);
    const soft = { row0: 0, rows: 2, T: 2, H: 2, hasSinks: 1 };
    const [out] = await runKernel(gpu, 'softmax', [scores, sinks, new Float32Array(8)], soft);
    const first = Math.exp(1) + Math.exp(2) + Math.exp(3);
    const expected = [Math.exp(1) / first, Math.exp(2) / first, 1 / (1 + Math.exp(-7)), 0, 0, 0, 0, 1];
    expectClose(out!, expected, 'softmax');
    const [cut] = await runKernel(gpu, 'softmax', [scores, sinks, new Float32Array(8)], soft, [1]);
    expectSameBits(cut!, out!, 'cut');
  });
});
