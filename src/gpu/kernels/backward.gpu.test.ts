/** Backward kernels against central differences of the forward function in float64. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../device';
import {
  ACT_NAMES,
  ACTIVATIONS,
  element as at,
  expectClose,
  expectSameBits,
  openTestGpu,
  randomFloats,
  runKernel,
} from '../testing';
import { softmax } from '../../util/distribution';
import { NO_WINDOW } from './attention';
import { SEED_KINDS } from './backward';
import { ACT } from './matmul';

const WIDTHS = [1, 3, 63, 64, 65, 257];
const ROWS = 7;
const CUTS = [1, 2, 5];
const EPS = 1e-5;
/** Of central differences. */
const STEP = 1e-5;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** d (sum of d_out * f(x)) / d x, by central differences. */
function pulledBack(
  f: (x: Float64Array) => ArrayLike<number>,
  x: ArrayLike<number>,
  d: ArrayLike<number>,
): Float64Array {
  const moved = Float64Array.from(x);
  const value = () => Array.from(f(moved)).reduce((sum, y, i) => sum + y * at(d, i), 0);
  return moved.map((from, i) => {
    moved[i] = from + STEP;
    const up = value();
    moved[i] = from - STEP;
    const down = value();
    moved[i] = from;
    return (up - down) / (2 * STEP);
  });
}

/** Rows of `width`, each pulled back alone. */
function byRow(
  f: (x: Float64Array) => ArrayLike<number>,
  x: Float32Array,
  d: Float32Array,
  width: number,
): number[] {
  const rows = Array.from({ length: x.length / width }, (_, r) => [r * width, (r + 1) * width] as const);
  return rows.flatMap(([from, to]) => [...pulledBack(f, x.subarray(from, to), d.subarray(from, to))]);
}

describe('activate_back and gate_back', () => {
  it.each(ACT_NAMES)('%s at every width, and when cut', async (name) => {
    const f = ACTIVATIONS[name];
    const slope = (x: number) => (f(x + STEP) - f(x - STEP)) / (2 * STEP);
    for (const width of WIDTHS) {
      // Away from relu's kink.
      const pre = randomFloats(ROWS * width, 3, 6).map((v) => (Math.abs(v) < 1e-3 ? 0.5 : v));
      const linear = randomFloats(ROWS * width, 4, 3);
      const d = randomFloats(ROWS * width, 5);
      const params = { row0: 0, rows: ROWS, width, act: ACT[name] };
      const [out] = await runKernel(gpu, 'activate_back', [pre, d], params);
      expectClose(
        out!,
        Array.from(d, (v, i) => v * slope(at(pre, i))),
        `activate_back ${name}`,
        1e-12,
      );
      const [cut] = await runKernel(gpu, 'activate_back', [pre, d], params, CUTS);
      expectSameBits(cut!, out!, 'activate_back cut');
      for (const limit of [0, 2]) {
        const empty = () => new Float32Array(ROWS * width);
        const gated = limit === 0 ? f : (x: number) => f(Math.min(x, limit));
        const held = (v: number) => (limit === 0 ? v : Math.min(Math.max(v, -limit), limit) + 1);
        const moves = (v: number) => (held(v + STEP) - held(v - STEP)) / (2 * STEP);
        const buffers = [d, pre, linear, empty(), empty()];
        const [toPre, toLinear] = await runKernel(gpu, 'gate_back', buffers, { ...params, limit }, CUTS);
        const rise = (x: number) => (gated(x + STEP) - gated(x - STEP)) / (2 * STEP);
        const what = `gate_back ${name}, limit ${limit}`;
        expectClose(
          toPre!,
          Array.from(d, (v, i) => v * rise(at(pre, i)) * held(at(linear, i))),
          what,
          1e-12,
        );
        expectClose(
          toLinear!,
          Array.from(d, (v, i) => v * gated(at(pre, i)) * moves(at(linear, i))),
          what,
          1e-12,
        );
      }
    }
  });

  it('has slopes 0 and 1 far out, and keeps what is not finite', async () => {
    const x = new Float32Array([-1e30, 1e30, Number.NaN, Number.POSITIVE_INFINITY]);
    for (const name of ['gelu_new', 'gelu', 'silu', 'relu', 'quick_gelu'] as const) {
      const params = { row0: 0, rows: 1, width: 4, act: ACT[name] };
      const [out] = await runKernel(gpu, 'activate_back', [x, new Float32Array(4).fill(1)], params);
      expect(Math.abs(out![0]!), name).toBeLessThan(1e-18);
      expect(out![1], name).toBe(1);
      expect(Array.from(out!.subarray(2)).some(Number.isFinite), name).toBe(false);
    }
  });
});

describe.each([1, 0])('norm_scale_back and norm_back, center %i', (center) => {
  const centred = (x: Float64Array) => {
    const mean = center === 1 ? x.reduce((a, b) => a + b, 0) / x.length : 0;
    return x.map((v) => v - mean);
  };
  const scaleOf = (x: Float64Array) =>
    Math.sqrt(centred(x).reduce((sum, v) => sum + v * v, 0) / x.length + EPS);
  const norm = (x: Float64Array) => centred(x).map((v) => v / scaleOf(x));

  it.each(WIDTHS)('width %i', async (width) => {
    const x = randomFloats(ROWS * width, 12, 2).map((v) => v + 0.5);
    const d = randomFloats(ROWS * width, 13);
    const rowOf = (r: number) => Float64Array.from(x.subarray(r * width, (r + 1) * width));
    const perRow = Array.from({ length: ROWS }, (_, r) => rowOf(r));
    const own = Float32Array.from(perRow, scaleOf);
    const normalized = Float32Array.from(perRow.flatMap((row) => [...norm(row)]));
    // As if an edit had set some divisors.
    const edited = own.map((v, r) => (r % 2 === 0 ? v : 3));
    const rows = { row0: 0, rows: ROWS, width };
    for (const scale of [own, edited]) {
      const buffers = [d, normalized, scale, new Float32Array(ROWS)];
      const [dScale] = await runKernel(gpu, 'norm_scale_back', buffers, rows, CUTS);
      const wanted = perRow.map((row, r) => {
        const parts = norm(row).map((v, c) => v * at(d, r * width + c));
        return -parts.reduce((a, b) => a + b, 0) / at(scale, r);
      });
      expectClose(dScale!, wanted, 'norm_scale_back', width === 1 && center === 1 ? 1 : 1e-11);

      const params = { ...rows, center, frozen: 0 };
      const all = [d, normalized, scale, own, dScale!, randomFloats(ROWS * width, 14)];
      const [out] = await runKernel(gpu, 'norm_back', all, params);
      const [cut] = await runKernel(gpu, 'norm_back', all, params, CUTS);
      expectSameBits(cut!, out!, 'norm_back cut');
      if (scale === own) {
        const whole = byRow(norm, x, d, width);
        // The gradients of a row of one column nearly cancel.
        const error = Math.max(...out!.map((v, i) => Math.abs(v - at(whole, i))));
        if (width > 1) expectClose(out!, whole, 'norm_back', width < 4 ? 1e-7 : 1e-10);
        else expect(error).toBeLessThan(2e-6);
      }
      const [frozen] = await runKernel(gpu, 'norm_back', all, { ...params, frozen: 1 });
      const constant = perRow.flatMap((row, r) => [
        ...pulledBack(
          (moved) => centred(moved).map((v) => v / at(scale, r)),
          row,
          d.subarray(r * width, (r + 1) * width),
        ),
      ]);
      const isZero = width === 1 && center === 1;
      if (isZero) expect(Math.max(...frozen!.map(Math.abs))).toBeLessThan(1e-6);
      else expectClose(frozen!, constant, 'norm_back frozen', 1e-10);
    }
  });
});

describe('scale_back', () => {
  it.each([0, 0.5, 30])('cap %f', async (cap) => {
    const width = 65;
    const raw = randomFloats(ROWS * width, 21, 2);
    const d = randomFloats(ROWS * width, 22);
    const f = (v: number) => (cap > 0 ? cap * Math.tanh((0.7 * v) / cap) : 0.7 * v);
    const y = raw.map(f);
    const params = { row0: 0, rows: ROWS, width, scale: 0.7, cap };
    const [out] = await runKernel(gpu, 'scale_back', [y, d], params, CUTS);
    const wanted = Array.from(d, (v, i) => (v * (f(at(raw, i) + STEP) - f(at(raw, i) - STEP))) / (2 * STEP));
    expectClose(out!, wanted, 'scale_back', 1e-10);
  });

  it('gives 0 where a score is masked', async () => {
    const params = { row0: 0, rows: 1, width: 2, scale: 1, cap: 50 };
    const y = new Float32Array([-1e30, 50]);
    const [out] = await runKernel(gpu, 'scale_back', [y, new Float32Array([0, 3])], params);
    expect(Array.from(out!)).toEqual([0, 0]);
  });
});

interface Shape {
  T: number;
  H: number;
  G: number;
  K: number;
  sequences: number;
  causal: 0 | 1;
  window?: number;
}

describe.each<Shape>([
  { T: 1, H: 1, G: 1, K: 1, sequences: 2, causal: 1 },
  { T: 5, H: 2, G: 2, K: 3, sequences: 2, causal: 1 },
  { T: 9, H: 6, G: 2, K: 4, sequences: 1, causal: 1, window: 3 },
  { T: 7, H: 4, G: 1, K: 5, sequences: 2, causal: 0 },
])('attention backward: %o', ({ T, H, G, K, sequences, causal, window = NO_WINDOW }) => {
  const rows = sequences * T;
  const stride = (H + 2 * G) * K;
  // Two sequences share a member: their rows alternate.
  const place = (s: number, t: number) => t * sequences + s;
  const queries = new Uint32Array(rows);
  for (let s = 0; s < sequences; s++) for (let t = 0; t < T; t++) queries[place(s, t)] = s * T + t;
  const starts = Uint32Array.from({ length: 2 * sequences }, (_, i) => (i % 2 === 0 ? 0 : (i - 1) / 2));
  const keys = Uint32Array.from({ length: 2 * T }, (_, i) => (i % 2 === 0 ? (i / 2) * sequences : 1));
  const tables = [queries, starts, keys];
  const qkv = randomFloats(rows * stride, 31);
  const shape = { row0: 0, rows, T, H, G, K, causal, window, full: 0 };
  const sees = (t: number, j: number) => (causal === 0 || j <= t) && (j > t || t - j < window);
  const group = (h: number) => Math.floor((h * G) / H);
  const eachPair = (
    all: boolean,
    visit: (at: { i: number; j: number; h: number; entry: number }) => void,
  ) => {
    for (let s = 0; s < sequences; s++)
      for (let t = 0; t < T; t++)
        for (let u = 0; u < T; u++)
          for (let h = 0; h < H; h++)
            if (all || sees(t, u))
              visit({ i: place(s, t), j: place(s, u), h, entry: (place(s, t) * H + h) * T + u });
  };
  const pattern = new Float32Array(rows * H * T);
  const raw = randomFloats(rows * H * T, 32);
  for (let start = 0; start < raw.length; start += T) {
    const t = at(queries, Math.floor(start / (H * T))) % T;
    const seen = Array.from({ length: T }, (_, u) => (sees(t, u) ? at(raw, start + u) : -1e30));
    pattern.set(softmax(seen), start);
  }

  it('pattern_back', async () => {
    const dz = randomFloats(rows * H * K, 33);
    const wanted = new Float64Array(rows * H * T);
    eachPair(true, ({ i, j, h, entry }) => {
      for (let c = 0; c < K; c++)
        wanted[entry]! += at(dz, (i * H + h) * K + c) * at(qkv, j * stride + (H + G + group(h)) * K + c);
    });
    const buffers = [dz, qkv, ...tables, randomFloats(rows * H * T, 9)];
    const [out] = await runKernel(gpu, 'pattern_back', buffers, { row0: 0, rows, T, H, G, K });
    expectClose(out!, wanted, 'pattern_back', 1e-12);
  });

  it('mix_back to values and to keys', async () => {
    const dz = randomFloats(rows * H * K, 34);
    for (const [x, xStride, outCol] of [
      [dz, H * K, (H + G) * K],
      [qkv, stride, H * K],
    ] as const) {
      const onto = randomFloats(rows * stride, 35);
      const wanted = Float64Array.from(onto);
      for (let r = 0; r < rows; r++) wanted.fill(0, r * stride + outCol, r * stride + outCol + G * K);
      eachPair(false, ({ i, j, h, entry }) => {
        for (let c = 0; c < K; c++)
          wanted[j * stride + outCol + group(h) * K + c]! +=
            at(pattern, entry) * at(x, i * xStride + h * K + c);
      });
      const params = { ...shape, xStride, outStride: stride, outCol };
      const cuts = [1, 2].filter((row) => row < rows);
      const [out] = await runKernel(gpu, 'mix_back', [pattern, x, ...tables, onto], params, cuts);
      expectClose(out!, wanted, 'mix_back', 1e-12);
    }
  });

  it('softmax_back', async () => {
    const d = randomFloats(rows * H * T, 36);
    const [out] = await runKernel(gpu, 'softmax_back', [pattern, d], { row0: 0, rows, T, H });
    const wanted = new Float64Array(d.length);
    for (let start = 0; start < d.length; start += T) {
      const t = at(queries, Math.floor(start / (H * T))) % T;
      const f = (x: Float64Array) => softmax(Array.from(x, (v, u) => (sees(t, u) ? v : -1e30)));
      wanted.set(pulledBack(f, raw.subarray(start, start + T), d.subarray(start, start + T)), start);
    }
    const size = Math.max(...wanted.map(Math.abs));
    if (size > 1e-6) expectClose(out!, wanted, 'softmax_back', 1e-10);
    else expect(Math.max(...out!.map(Math.abs))).toBeLessThan(1e-7);
  });
});

it('mix_back takes no query from past the end of a shorter sequence', async () => {
  const [T, K] = [4, 2];
  // Two sequences, of 4 and of 2 positions; places past the end locate row 4, the second's first.
  const queries = Uint32Array.of(0, 1, 2, 3, 4, 5);
  const keys = Uint32Array.of(0, 1, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1, 4, 1, 4, 1);
  const tables = [queries, Uint32Array.of(0, 0, T, 0), keys];
  const pattern = randomFloats(6 * T, 51);
  const x = randomFloats(6 * K, 52);
  const wanted = new Float64Array(6 * K);
  for (const [begin, length] of [
    [0, 4],
    [4, 2],
  ] as const)
    for (let i = 0; i < length; i++)
      for (let j = 0; j <= i; j++)
        for (let c = 0; c < K; c++)
          wanted[(begin + j) * K + c]! += at(pattern, (begin + i) * T + j) * at(x, (begin + i) * K + c);
  const seen = { causal: 1, window: NO_WINDOW, full: 0 };
  const params = { row0: 0, rows: 6, T, H: 1, G: 1, K, ...seen, xStride: K, outStride: K, outCol: 0 };
  const [out] = await runKernel(gpu, 'mix_back', [pattern, x, ...tables, new Float32Array(6 * K)], params);
  expectClose(out!, wanted, 'mix_back', 1e-12);
});

describe('seed', () => {
  const WEIGHT = 1.5;
  const bits = new Uint32Array(new Float32Array([WEIGHT]).buffer)[0]!;

  it.each([2, 63, 64, 65, 1664])('every scalar of %i logits', async (V) => {
    const logits = randomFloats(3 * V, 41, 4);
    const references = randomFloats(2 * V, 42, 3);
    const a = V - 1;
    const logP = (x: ArrayLike<number>) => softmax(x).map(Math.log);
    const scalars: Record<keyof typeof SEED_KINDS, (x: ArrayLike<number>) => number> = {
      logProb: (x) => at(logP(x), a),
      prob: (x) => at(softmax(x), a),
      kl: (x) => {
        const p = softmax(references.subarray(V));
        const q = logP(x);
        return p.reduce((sum, one, t) => sum + one * (Math.log(one) - at(q, t)), 0);
      },
      logits: (x) => Array.from(x).reduce((sum, v, t) => sum + v * at(references, V + t), 0),
    };
    const names = Object.keys(scalars) as (keyof typeof SEED_KINDS)[];
    const row = logits.slice(2 * V);
    const all = Float32Array.from(names.flatMap(() => [...row]));
    const entries = Uint32Array.from(names.flatMap((name, i) => [i, SEED_KINDS[name], a, bits, 1]));
    const buffers = [entries, all, references, new Float32Array(names.length * V)];
    const params = { row0: 0, rows: names.length, V, add: 0 };
    const [out] = await runKernel(gpu, 'seed', buffers, params, [1, 3]);
    const [twice] = await runKernel(gpu, 'seed', [entries, all, references, out!], { ...params, add: 1 });
    expectSameBits(
      twice!,
      out!.map((v) => 2 * v),
      'seed added',
    );
    const sampled = Array.from({ length: Math.min(V, 70) }, (_, i) => Math.floor((i * V) / Math.min(V, 70)));
    for (const [i, name] of names.entries()) {
      const moved = Float64Array.from(row);
      const wanted = sampled.map((t) => {
        const before = at(moved, t);
        moved[t] = before + STEP;
        const up = scalars[name](moved);
        moved[t] = before - STEP;
        const down = scalars[name](moved);
        moved[t] = before;
        return (WEIGHT * (up - down)) / (2 * STEP);
      });
      const got = sampled.map((t) => at(out!, i * V + t));
      expectClose(got, wanted, `seed ${name}`, 1e-9);
    }
  });

  it('says NaN where a logit is not finite', async () => {
    const logits = new Float32Array([0, Number.POSITIVE_INFINITY, 1]);
    const entries = new Uint32Array([0, SEED_KINDS.prob, 0, bits, 0]);
    const buffers = [entries, logits, logits.slice(), new Float32Array(3)];
    const [out] = await runKernel(gpu, 'seed', buffers, { row0: 0, rows: 1, V: 3, add: 0 });
    expect(Array.from(out!)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});
