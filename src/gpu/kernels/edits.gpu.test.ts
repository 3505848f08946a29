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
import { EDIT_OPS, ENTRY_WORDS, METRIC_WORDS, NO_LOW_PART, REWRITE_KINDS, VALUE_KINDS } from './edits';

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
  /** The range of clamp. */
  range?: readonly [number, number];
  /** Number of samples, and the steps between them in x and in the buffer of v. */
  samples?: readonly [number, number, number];
}

function table(entries: readonly Entry[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(ENTRY_WORDS * entries.length);
  const floats = new Float32Array(words.buffer);
  for (const [i, entry] of entries.entries()) {
    const { offset, columns, op, kind, first = 0, low = NO_LOW_PART, step = 1, alpha = 1, range } = entry;
    words.set(entry.samples ?? [1, 0, 0], ENTRY_WORDS * i + 8);
    words.set([offset, columns, EDIT_OPS[op], VALUE_KINDS[kind], first, low, step], ENTRY_WORDS * i);
    floats[ENTRY_WORDS * i + 7] = range?.[1] ?? alpha;
    if (range) floats[ENTRY_WORDS * i + 4] = range[0];
  }
  return words;
}

describe('edit', () => {
  it('sets, adds, scales, mixes and clamps, from either buffer, columns of any number', async () => {
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
      { offset: 520, columns: 66, op: 'clamp', kind: 'none', range: [-0.25, 0.5] },
      { offset: 588, columns: 12, op: 'min', kind: 'values', first: 20 },
    ];
    const expected = Float64Array.from(x);
    for (const { offset, columns, op, kind, first = 0, step = 1, alpha = 1, range = [0, 0] } of entries) {
      for (let c = 0; c < columns; c++) {
        const old = at(x, offset + c);
        const v = kind === 'none' ? 0 : at(kind === 'values' ? values : source, first + step * c);
        const rules = {
          set: v,
          add: old + alpha * v,
          scale: alpha * old,
          lerp: (1 - alpha) * old + alpha * v,
          min: Math.min(old, v),
          clamp: Math.min(Math.max(old, range[0]), range[1]),
        };
        expected[offset + c] = rules[op];
      }
    }
    const params = { row0: 0, rows: entries.length, maxCols: 257, samples: 1 };
    const buffers = [table(entries), values, source, x];
    const [out] = await runKernel(gpu, 'edit', buffers, params);
    expectClose(out!, expected, 'edit');
    const [cut] = await runKernel(gpu, 'edit', buffers, params, [1, 4]);
    expectSameBits(cut!, out!, 'edit cut');
  });

  it('repeats an entry for its samples, each with its own cells and values', async () => {
    const x = randomFloats(400, 6);
    const [values, source] = [randomFloats(120, 7), randomFloats(120, 8)];
    const entries: Entry[] = [
      { offset: 2, columns: 5, op: 'add', kind: 'values', first: 3, low: 50, samples: [4, 20, 7] },
      { offset: 101, columns: 9, op: 'set', kind: 'source', first: 1, samples: [3, 30, 11] },
      { offset: 300, columns: 3, op: 'lerp', kind: 'source', first: 4, alpha: 0.25, samples: [6, 5, 0] },
    ];
    const expected = Float64Array.from(x);
    for (const { offset, columns, op, kind, first = 0, low, alpha = 1, samples } of entries) {
      const [n, step, sourceStep] = samples!;
      for (let s = 0; s < n; s++) {
        for (let c = 0; c < columns; c++) {
          const [cell, from] = [offset + s * step + c, first + s * sourceStep + c];
          const lower = low === undefined ? 0 : at(values, low + s * sourceStep + c);
          const v = at(kind === 'values' ? values : source, from) + lower;
          const old = at(x, cell);
          expected[cell] = op === 'set' ? v : op === 'add' ? old + v : (1 - alpha) * old + alpha * v;
        }
      }
    }
    const params = { row0: 0, rows: 3, maxCols: 9, samples: 6 };
    const buffers = [table(entries), values, source, x];
    const [out] = await runKernel(gpu, 'edit', buffers, params);
    expectClose(out!, expected, 'edit of samples');
    const [cut] = await runKernel(gpu, 'edit', buffers, params, [1, 2]);
    expectSameBits(cut!, out!, 'edit of samples, cut');
  });

  it('adds float64 noise as float64 would, rounded once', async () => {
    const count = 4096;
    const next = uniformStream(4);
    const noise = Float64Array.from(
      { length: count },
      () => (next() - 0.5) * 2 ** Math.floor(12 * next() - 8),
    );
    const x = randomFloats(count, 5);
    // Nearly cancelling sums expose the low-order part.
    for (let i = 0; i < count; i += 4) noise[i] = -at(x, i) * (1 + 0.01 * (next() - 0.5));
    const values = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      values[i] = at(noise, i);
      values[count + i] = at(noise, i) - at(values, i);
    }
    const entry: Entry = { offset: 0, columns: count, op: 'add', kind: 'values', first: 0, low: count };
    const params = { row0: 0, rows: 1, maxCols: count, samples: 1 };
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

interface Projection {
  offset: number;
  columns: number;
  /** The buffers of the direction d and the target s. */
  d: 'values' | 'source';
  s: keyof typeof VALUE_KINDS;
  firstD?: number;
  firstS?: number;
  stepD?: 0 | 1;
  stepS?: 0 | 1;
  /** The buffer that x moves along, and the first there; default: d. */
  w?: 'values' | 'source';
  firstW?: number;
}

function projections(entries: readonly Projection[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    entries.flatMap(({ offset, columns, d, s, w, firstW = 0, ...more }) => {
      const { firstD = 0, firstS = 0, stepD = 1, stepS = 1 } = more;
      const moved = w ? [VALUE_KINDS[w], firstW, 1] : [VALUE_KINDS[d], firstD, stepD];
      return [offset, columns, VALUE_KINDS[s], VALUE_KINDS[d], firstD, firstS, stepD, stepS, ...moved];
    }),
  );
}

describe('project', () => {
  it.each([1, 3, 63, 64, 65, 257])('removes or sets a direction over %i columns', async (columns) => {
    const x = randomFloats(6 * columns, 6);
    const values = randomFloats(2 * columns, 7);
    const source = randomFloats(columns + 2, 8);
    const entries: Projection[] = [
      { offset: 0, columns, d: 'values', s: 'none' },
      { offset: columns, columns, d: 'source', s: 'none', firstD: 2 },
      { offset: 2 * columns, columns, d: 'values', s: 'none', stepD: 0 },
      { offset: 3 * columns, columns, d: 'values', s: 'source', firstS: 1 },
      { offset: 4 * columns, columns, d: 'values', s: 'values', firstD: columns, stepS: 0 },
      { offset: 5 * columns, columns, d: 'values', s: 'none', w: 'values', firstW: columns },
    ];
    const expected = Float64Array.from(x);
    for (const { offset, d, s, firstD = 0, firstS = 0, stepD = 1, stepS = 1, w, firstW = 0 } of entries) {
      const from = { values, source, none: new Float32Array(1) };
      const direction = (c: number) => at(from[d], firstD + stepD * c);
      const moved = (c: number) => (w ? at(from[w], firstW + c) : direction(c));
      const target = (c: number) => (s === 'none' ? 0 : at(from[s], firstS + stepS * c));
      let [dot, norm] = [0, 0];
      for (let c = 0; c < columns; c++) {
        dot += (target(c) - at(x, offset + c)) * direction(c);
        norm += direction(c) ** 2;
      }
      for (let c = 0; c < columns; c++) expected[offset + c]! += (dot / norm) * moved(c);
    }
    const params = { row0: 0, rows: entries.length, maxCols: columns };
    const buffers = [projections(entries), values, source, x];
    const [out] = await runKernel(gpu, 'project', buffers, params);
    const largest = Math.max(...Array.from(out!, (v, i) => Math.abs(v - at(expected, i))));
    expect(largest).toBeLessThan(2e-6);
    const [cut] = await runKernel(gpu, 'project', buffers, params, [1, 4]);
    expectSameBits(cut!, out!, 'project cut');
  });

  it('leaves x alone where the direction is zero, or x is the target already', async () => {
    const x = randomFloats(5, 9);
    const params = { row0: 0, rows: 1, maxCols: 5 };
    const zero = projections([{ offset: 0, columns: 5, d: 'values', s: 'none' }]);
    const [out] = await runKernel(
      gpu,
      'project',
      [zero, new Float32Array(5), new Float32Array(1), x],
      params,
    );
    expectSameBits(out!, x, 'zero direction');
    const same = projections([{ offset: 0, columns: 5, d: 'values', s: 'source' }]);
    const [kept] = await runKernel(gpu, 'project', [same, randomFloats(5, 3), x.slice(), x], params);
    expectSameBits(kept!, x, 'own target');
  });
});

describe('rewrite', () => {
  it.each([1, 5, 64, 70])('replaces rows of %i keys over those that are seen', async (T) => {
    const [rows, H] = [4, 2];
    const next = uniformStream(T);
    const scores = randomFloats(rows * H * T, 1).map((x, i) => (i % T > 0 && next() < 0.3 ? -1e30 : x));
    const pattern = Float32Array.from(scores, (x) => (x > -1e29 ? next() : 0));
    const kinds = Object.keys(REWRITE_KINDS) as (keyof typeof REWRITE_KINDS)[];
    const entries = kinds.map((kind, i) => ({ start: (2 * i + 1) * T, kind, key: 1000 + i }));
    const words = Uint32Array.from(
      entries.flatMap(({ start, kind, key }) => [start, REWRITE_KINDS[kind], key]),
    );
    const params = { row0: 0, rows: entries.length, T };
    const buffers = [words, scores, pattern, pattern.slice()];
    const [out] = await runKernel(gpu, 'rewrite', buffers, params);
    for (const { start, kind } of entries) {
      const [got, before] = [out!.subarray(start, start + T), pattern.subarray(start, start + T)];
      const seen = Array.from(before.keys()).filter((s) => at(scores, start + s) > -1e29);
      for (const s of before.keys()) if (!seen.includes(s)) expect(got[s], kind).toBe(0);
      const total = seen.reduce((sum, s) => sum + at(got, s), 0);
      if (kind === 'shuffled') expect([...got].sort(), kind).toEqual([...before].sort());
      else if (kind !== 'reversed' || seen.length > 1) expect(Math.abs(total - 1), kind).toBeLessThan(1e-6);
      if (kind === 'uniform') for (const s of seen) expect(got[s]).toBe(Math.fround(1 / seen.length));
      if (kind === 'reversed' && seen.length > 1) {
        const largest = Math.max(...seen.map((s) => at(before, s)));
        const sum = seen.reduce((all, s) => all + largest - at(before, s), 0);
        for (const s of seen)
          expect(Math.abs(at(got, s) - (largest - at(before, s)) / sum)).toBeLessThan(1e-6);
      }
    }
    for (let row = 0; row < rows * H; row += 2)
      expectSameBits(out!.subarray(row * T, (row + 1) * T), pattern.subarray(row * T, (row + 1) * T), 'rest');
    const [cut] = await runKernel(gpu, 'rewrite', buffers, params, [1, 3]);
    expectSameBits(cut!, out!, 'rewrite cut');
  });
});

describe('metric', () => {
  it.each([1, 3, 63, 64, 65, 257, 1664])('vocabulary of %i', async (V) => {
    const rows = 5;
    const next = uniformStream(V);
    const logits = randomFloats(rows * V, 10, 15);
    // A tie for the largest: the lowest id wins.
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

/** KL(p || q) of two rows of logits, in float64. */
function divergenceOf(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const logOf = (row: ArrayLike<number>): number[] => {
    const max = Array.from(row).reduce((a, b) => Math.max(a, b));
    const norm = max + Math.log(Array.from(row).reduce((sum, v) => sum + Math.exp(v - max), 0));
    return Array.from(row, (v) => v - norm);
  };
  const [logP, logQ] = [logOf(p), logOf(q)];
  // Every term is non-negative, so small sums keep their digits.
  return logP.reduce((sum, lp, i) => {
    const delta = logQ[i]! - lp;
    const term = Math.abs(delta) < 1e-4 ? (delta * delta) / 2 + delta ** 3 / 6 : Math.expm1(delta) - delta;
    return sum + Math.exp(lp) * term;
  }, 0);
}

describe('divergence', () => {
  /** Distances of rows from their reference: none, little, much, beyond exp's range, a shift. */
  const moves = [0, 1e-4, 0.03, 0.4, 0.6, 3, 40, 300];
  it.each([1, 2, 63, 64, 65, 257, 1664])('vocabulary of %i', async (V) => {
    const references = randomFloats(2 * V, 1, 12);
    const noise = randomFloats(moves.length * V, 2);
    const logits = Float32Array.from({ length: moves.length * V }, (_, j) => {
      const row = Math.floor(j / V);
      return at(references, (row % 2) * V + (j % V)) + moves[row]! * at(noise, j) + (row === 3 ? 100 : 0);
    });
    const table = Uint32Array.from(moves.flatMap((_, row) => [row, row % 2]));
    const out = new Float32Array(METRIC_WORDS * moves.length).fill(7);
    const params = { row0: 0, rows: moves.length, V };
    const buffers = [table, references, logits, out];
    const [found] = await runKernel(gpu, 'divergence', buffers, params);
    let worst = 0;
    for (const [row, move] of moves.entries()) {
      const reference = references.subarray((row % 2) * V, ((row % 2) + 1) * V);
      const expected = divergenceOf(reference, logits.subarray(row * V, (row + 1) * V));
      const kl = at(found!, METRIC_WORDS * row + 6);
      expect(kl).toBeGreaterThanOrEqual(0);
      if (move === 0 || V === 1) expect(kl).toBeLessThan(1e-12);
      // The normalisers' errors enter squared: for 100 in float32 at most 8e-6.
      else worst = Math.max(worst, (Math.abs(kl - expected) - 3.2e-11) / expected);
      expect([...found!.subarray(METRIC_WORDS * row, METRIC_WORDS * row + 6)]).toEqual(new Array(6).fill(7));
    }
    expect(worst).toBeLessThan(2e-5);
    console.info(`divergence of ${V} tokens: largest relative error ${worst.toExponential(1)}`);
    const [parts] = await runKernel(gpu, 'divergence', buffers, params, [1, 5]);
    expectSameBits(parts!, found!, 'divergence in parts');
  });
});
