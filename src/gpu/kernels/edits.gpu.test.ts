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
import { EDIT_OPS, ENTRY_WORDS, METRIC_WORDS, NO_LOW_PART, VALUE_KINDS } from './edits';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Entry {
  offset: number;
  columns: number;
  op: keyof typeof EDIT_OPS;
  kind: keyof typeof VALUE_KINDS;
  first?: number;
  low?: number;
  step?: 0 | 1;
  alpha?: number;
}

function table(entries: readonly Entry[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(ENTRY_WORDS * entries.length);
  const floats = new Float32Array(words.buffer);
  for (const [i, entry] of entries.entries()) {
    const { offset, columns, op, kind, first = 0, low = NO_LOW_PART, step = 1, alpha = 1 } = entry;
    words.set([offset, columns, EDIT_OPS[op], VALUE_KINDS[kind], first, low, step], ENTRY_WORDS * i);
    floats[ENTRY_WORDS * i + 7] = alpha;
  }
  return words;
}

describe('edit', () => {
  it('sets, adds, scales and mixes from either buffer, columns of any number', async () => {
    const x = randomFloats(600, 1);
    const values = randomFloats(300, 2);
    const source = randomFloats(300, 3);
    const entries: Entry[] = [
      { offset: 0, columns: 1, op: 'set', kind: 'values', first: 5 },
      { offset: 3, columns: 63, op: 'set', kind: 'source', first: 7 },
      { offset: 70, columns: 65, op: 'add', kind: 'values', first: 2, alpha: -0.5 },
      { offset: 140, columns: 3, op: 'scale', kind: 'none', alpha: 0.25 },
      { offset: 150, columns: 257, op: 'lerp', kind: 'source', first: 11, alpha: 0.75 },
      { offset: 420, columns: 64, op: 'set', kind: 'values', first: 9, step: 0 },
      { offset: 500, columns: 10, op: 'add', kind: 'source', first: 1, step: 0, alpha: 2 },
    ];
    const expected = Float64Array.from(x);
    for (const { offset, columns, op, kind, first = 0, step = 1, alpha = 1 } of entries) {
      for (let c = 0; c < columns; c++) {
        const old = at(x, offset + c);
        const v = kind === 'none' ? 0 : at(kind === 'values' ? values : source, first + step * c);
        const rules = {
          set: v,
          add: old + alpha * v,
          scale: alpha * old,
          lerp: (1 - alpha) * old + alpha * v,
        };
        expected[offset + c] = rules[op];
      }
    }
    const params = { row0: 0, rows: entries.length, maxCols: 257 };
    const buffers = [table(entries), values, source, x];
    const [out] = await runKernel(gpu, 'edit', buffers, params);
    expectClose(out!, expected, 'edit');
    const [cut] = await runKernel(gpu, 'edit', buffers, params, [1, 4]);
    expectSameBits(cut!, out!, 'edit cut');
  });

  it('adds float64 noise as float64 would, rounded once', async () => {
    const count = 4096;
    const next = uniformStream(4);
    const noise = Float64Array.from(
      { length: count },
      () => (next() - 0.5) * 2 ** Math.floor(12 * next() - 8),
    );
    const x = randomFloats(count, 5);
    // Sums that nearly cancel show the low-order part best.
    for (let i = 0; i < count; i += 4) noise[i] = -at(x, i) * (1 + 0.01 * (next() - 0.5));
    const values = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      values[i] = at(noise, i);
      values[count + i] = at(noise, i) - at(values, i);
    }
    const entry: Entry = { offset: 0, columns: count, op: 'add', kind: 'values', first: 0, low: count };
    const params = { row0: 0, rows: 1, maxCols: count };
    const [out] = await runKernel(gpu, 'edit', [table([entry]), values, new Float32Array(1), x], params);
    expectSameBits(
      out!,
      x.map((v, i) => Math.fround(v + at(noise, i))),
      'float64 sum',
    );
    const plain = table([{ offset: 0, columns: count, op: 'add', kind: 'values' }]);
    const [single] = await runKernel(gpu, 'edit', [plain, values, new Float32Array(1), x], params);
    expect(
      single!.some((v, i) => v !== out![i]),
      'a plain f32 sum differs somewhere',
    ).toBe(true);
  });
});

describe('project', () => {
  it.each([1, 3, 63, 64, 65, 257])('removes a direction over %i columns', async (columns) => {
    const x = randomFloats(3 * columns, 6);
    const values = randomFloats(columns, 7);
    const source = randomFloats(columns + 2, 8);
    const entries: Entry[] = [
      { offset: 0, columns, op: 'set', kind: 'values' },
      { offset: columns, columns, op: 'set', kind: 'source', first: 2 },
      { offset: 2 * columns, columns, op: 'set', kind: 'values', step: 0 },
    ];
    const expected = Float64Array.from(x);
    for (const { offset, kind, first = 0, step = 1 } of entries) {
      const v = (c: number) => at(kind === 'values' ? values : source, first + step * c);
      let [xv, vv] = [0, 0];
      for (let c = 0; c < columns; c++) {
        xv += at(x, offset + c) * v(c);
        vv += v(c) ** 2;
      }
      for (let c = 0; c < columns; c++) expected[offset + c]! -= (xv / vv) * v(c);
    }
    const params = { row0: 0, rows: 3, maxCols: columns };
    const buffers = [table(entries), values, source, x];
    const [out] = await runKernel(gpu, 'project', buffers, params);
    const largest = Math.max(...Array.from(out!, (v, i) => Math.abs(v - at(expected, i))));
    expect(largest).toBeLessThan(1e-6);
    const [cut] = await runKernel(gpu, 'project', buffers, params, [1, 2]);
    expectSameBits(cut!, out!, 'project cut');
  });

  it('leaves x alone where the direction is zero', async () => {
    const x = randomFloats(5, 9);
    const entries = table([{ offset: 0, columns: 5, op: 'set', kind: 'values' }]);
    const params = { row0: 0, rows: 1, maxCols: 5 };
    const [out] = await runKernel(
      gpu,
      'project',
      [entries, new Float32Array(5), new Float32Array(1), x],
      params,
    );
    expectSameBits(out!, x, 'zero direction');
  });
});

describe('metric', () => {
  it.each([1, 3, 63, 64, 65, 257, 1664])('vocabulary of %i', async (V) => {
    const rows = 5;
    const next = uniformStream(V);
    const logits = randomFloats(rows * V, 10, 15);
    // A tie for the largest: the lowest id counts.
    if (V > 60) logits[V + 50] = logits[V + 7] = 20;
    const targets = Uint32Array.from({ length: 2 * rows }, () => Math.floor(V * next()));
    const params = { row0: 0, rows, V };
    const buffers = [logits, targets, new Float32Array(METRIC_WORDS * rows)];
    const [out] = await runKernel(gpu, 'metric', buffers, params);
    for (let r = 0; r < rows; r++) {
      const row = logits.subarray(r * V, (r + 1) * V);
      const answer = at(row, at(targets, 2 * r));
      const max = row.reduce((a, b) => Math.max(a, b));
      const [a, d, m, argmax, sum, rank] = out!.subarray(METRIC_WORDS * r, METRIC_WORDS * (r + 1));
      expect([a, d, m]).toEqual([answer, at(row, at(targets, 2 * r + 1)), max]);
      expect(argmax).toBe(row.indexOf(max));
      expect(rank).toBe(row.filter((v) => v > answer).length);
      const expected = row.reduce((total, v) => total + Math.exp(v - max), 0);
      expect(Math.abs((sum ?? 0) / expected - 1)).toBeLessThan(2e-6);
    }
    const [cut] = await runKernel(gpu, 'metric', buffers, params, [1, 3]);
    expectSameBits(cut!, out!, 'metric cut');
  });
});
