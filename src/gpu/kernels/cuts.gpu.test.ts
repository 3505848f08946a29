import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import type { KernelParams } from '../kernels';
import {
  element as at,
  expectClose,
  expectSameBits,
  openTestGpu,
  randomFloats,
  randomHalves,
  runKernel,
  uniformStream,
} from '../testing';
import { READER_WORDS, RECORD_WORDS } from './cuts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Shape {
  /** Entries of `rows`. */
  readonly n: number;
  readonly heads: number;
  readonly senders: number;
  readonly streamRows: number;
  readonly deltaRows: number;
}

/** `n` rows in four classes. Each head has one of five records; the first cuts nothing. */
function randomCuts({ n, heads, senders, streamRows, deltaRows }: Shape, seed: number) {
  const next = uniformStream(seed);
  const below = (limit: number): number => Math.floor(limit * next());
  const readers = Array.from({ length: n }, (_, row) => ({
    row: n - 1 - row,
    stream: below(streamRows),
    kind: below(4),
    own: below(deltaRows),
    base: below(deltaRows),
  }));
  const records = Array.from({ length: 5 }, (_, r) => ({
    share: r === 0 ? 0 : Math.fround(next()),
    constant: r === 0 ? 0 : Math.fround(next() - 0.5),
    isCut: Array.from({ length: senders }, () => r > 0 && next() < [0, 1, 0.9, 0.3, 0.05][r]!),
  }));
  const sets = Uint32Array.from({ length: 4 * heads }, () => below(5));
  const words = Math.ceil(senders / 32);
  const masks = new Uint32Array(5 * (RECORD_WORDS + words));
  const floats = new Float32Array(masks.buffer);
  for (const [r, { share, constant, isCut }] of records.entries()) {
    const first = r * (RECORD_WORDS + words);
    floats.set([share, constant], first);
    for (const [i, cut] of isCut.entries()) if (cut) masks[first + RECORD_WORDS + (i >> 5)]! |= 1 << (i & 31);
  }
  const rows = Uint32Array.from(
    readers.flatMap(({ row, stream, kind, own, base }) => [row, stream, kind, own, base]),
  );
  expect(rows.length).toBe(READER_WORDS * n);
  const recordOf = (reader: (typeof readers)[number], head: number) =>
    records[at(sets, reader.kind * heads + head)]!;
  return { readers, recordOf, tables: [rows, sets, masks] as const, words };
}

describe('cut', () => {
  it.each([
    [1, 1, 1],
    [7, 3, 5],
    [64, 4, 33],
    [65, 5, 64],
    [130, 9, 70],
  ])('%i columns, %i heads, %i senders', async (D, heads, senders) => {
    const shape = { n: 11, heads, senders, streamRows: 6, deltaRows: 9 };
    const { readers, recordOf, tables, words } = randomCuts(shape, D);
    const next = uniformStream(senders);
    const counts = Uint32Array.from({ length: senders }, () => Math.floor(10 * next()));
    const deltas = randomFloats(9 * senders * D, 2);
    const stream = randomFloats(6 * D, 3);
    const [xHead, xRow] = [D + 1, heads * (D + 1) + 2];
    const x = randomFloats(11 * xRow, 4);
    for (const [fresh, constants] of [
      [0, 1],
      [1, 1],
      [1, 0],
    ] as const) {
      const expected = Float64Array.from(x);
      for (const reader of readers) {
        for (let h = 0; h < heads; h++) {
          const { share, constant, isCut } = recordOf(reader, h);
          for (let d = 0; d < D; d++) {
            const place = reader.row * xRow + h * xHead + d;
            let sum = fresh === 1 ? at(stream, reader.stream * D + d) : at(x, place);
            if (constants === 1) sum += constant;
            for (let i = 0; i < senders; i++) {
              const row = reader.own < at(counts, i) ? reader.own : reader.base;
              if (isCut[i]) sum -= share * at(deltas, (row * senders + i) * D + d);
            }
            expected[place] = sum;
          }
        }
      }
      const shared = { row0: 0, rows: 11, D, heads, xRow, xHead, words };
      const params: KernelParams<'cut'> = { ...shared, first: 0, senders, fresh, constants };
      const run = async (
        own: Float32Array<ArrayBuffer>,
        change: Partial<typeof params> = {},
        cuts?: number[],
      ) => {
        const { first, senders: m } = { ...params, ...change };
        // Per row, the deltas of these senders.
        const part = Float32Array.from({ length: 9 * m * D }, (_, j) => {
          const [row, rest] = [Math.floor(j / (m * D)), j % (m * D)];
          return at(deltas, (row * senders + first) * D + rest);
        });
        const buffers = [...tables, counts.slice(first, first + m), part, stream, own];
        return (await runKernel(gpu, 'cut', buffers, { ...params, ...change }, cuts))[0]!;
      };
      const out = await run(x);
      expectClose(out, expected, 'cut');
      expectSameBits(await run(x, {}, [1, 9]), out, 'rows in parts');
      if (senders < 3) continue;
      // Senders split among dispatches give the same bits.
      const some = Math.floor((2 * senders) / 3);
      const begun = await run(x, { senders: some });
      const after = { first: some, senders: senders - some, fresh: 0, constants: 0 };
      expectSameBits(await run(begun, after), out, 'senders in parts');
    }
  });

  it('leaves alone what is not cut, whatever the deltas of others are', async () => {
    const [D, senders] = [5, 3];
    const rows = Uint32Array.of(0, 0, 0, 0, 0);
    const masks = Uint32Array.of(0, 0, 0, 0x3f800000, 0, 0b101);
    const deltas = Float32Array.from({ length: senders * D }, (_, i) =>
      i >= D && i < 2 * D ? Number.NaN : 1,
    );
    const x = randomFloats(2 * D, 1);
    const params = { row0: 0, rows: 1, D, heads: 2, xRow: 2 * D, xHead: D, first: 0, senders, words: 1 };
    const counts = Uint32Array.of(1, 1, 1);
    const buffers = [rows, Uint32Array.of(0, 1), masks, counts, deltas, new Float32Array(D), x];
    const [out] = await runKernel(gpu, 'cut', buffers, { ...params, fresh: 0, constants: 1 });
    expectSameBits(out!.slice(0, D), x.slice(0, D), 'head 0');
    expect([...out!.slice(D)]).toEqual([...x.slice(D)].map((v) => Math.fround(Math.fround(v - 1) - 1)));
  });
});

describe.each(['cut_neurons', 'cut_neurons_f16'] as const)('%s', (name) => {
  it.each([
    ['in-out', 21, 9],
    ['out-in', 21, 9],
    ['in-out', 33, 70],
    ['out-in', 64, 65],
  ] as const)('reads %s matrices of %i neurons x %i', async (orientation, M, D) => {
    const heads = 3;
    const shape = { n: 7, heads, senders: M, streamRows: 1, deltaRows: 9 };
    const { readers, recordOf, tables, words } = randomCuts(shape, M);
    const [deltas, x] = [randomFloats(9 * M, 1), randomFloats(7 * heads * D, 2)];
    const halves = randomHalves(M * D, 3);
    const w = name === 'cut_neurons' ? halves.values : halves.words;
    const isInOut = orientation === 'in-out';
    const [wNeuron, wCol] = isInOut ? [D, 1] : [1, M];
    const [count, scale] = [4, 0.25];
    const expected = Float64Array.from(x);
    for (const reader of readers) {
      for (let h = 0; h < heads; h++) {
        const { share, constant, isCut } = recordOf(reader, h);
        const row = reader.own < count ? reader.own : reader.base;
        for (let d = 0; d < D; d++) {
          let sum = constant;
          for (let n = 0; n < M; n++)
            if (isCut[n])
              sum -= share * scale * at(deltas, row * M + n) * at(halves.values, n * wNeuron + d * wCol);
          expected[(reader.row * heads + h) * D + d]! += sum;
        }
      }
    }
    const shared = { row0: 0, rows: 7, heads, xRow: heads * D, xHead: D, M, words, count, scale };
    const params: KernelParams<typeof name> = { ...shared, D, first: 0, wNeuron, wCol };
    const run = async (
      own: Float32Array<ArrayBuffer>,
      weights: typeof w,
      change: Partial<typeof params> = {},
      cuts?: number[],
    ) => {
      const buffers = [...tables, deltas, weights, own];
      const [out] = await runKernel(gpu, name, buffers, { ...params, ...change }, cuts);
      return out!;
    };
    const out = await run(x, w);
    expectClose(out, expected, name);
    expectSameBits(await run(x, w, {}, [2, 5]), out, 'rows in parts');
    if (isInOut || name === 'cut_neurons_f16') return;
    // Two parts of the columns, each with its part of the matrix.
    const half = await run(x, w.slice(0, 5 * M), { D: 5 });
    expectSameBits(await run(half, w.slice(5 * M), { D: D - 5, first: 5 }), out, 'columns in parts');
  });
});

describe('put_heads', () => {
  it.each([
    [1, 1],
    [5, 3],
    [64, 2],
  ])('%i columns of %i heads', async (K, H) => {
    const shape = { n: 9, heads: H, senders: 1, streamRows: 20, deltaRows: 1 };
    const { readers, tables } = randomCuts(shape, K);
    const [rows, sets] = tables;
    // Each row of y appears once.
    for (let i = 0; i < 9; i++) rows[READER_WORDS * i + 1] = 19 - 2 * i;
    const heads = randomFloats(H * 9 * K, 1);
    const [yRow, yCol] = [H * K + 7, 3];
    const y = randomFloats(20 * yRow, 2);
    const expected = y.slice();
    for (const [i, { kind }] of readers.entries()) {
      for (let h = 0; h < H; h++) {
        if (at(sets, kind * H + h) === 0) continue;
        const values = heads.subarray((h * 9 + i) * K, (h * 9 + i + 1) * K);
        expected.set(values, (19 - 2 * i) * yRow + yCol + h * K);
      }
    }
    const params = { row0: 0, rows: 9, n: 9, H, K, yRow, yCol };
    const [out] = await runKernel(gpu, 'put_heads', [rows, sets, heads, y], params);
    expectSameBits(out!, expected, 'put_heads');
    const [parts] = await runKernel(gpu, 'put_heads', [rows, sets, heads, y], params, [4]);
    expectSameBits(parts!, expected, 'put_heads in parts');
  });
});
