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
import { ACT } from './matmul';

const WIDTHS = [1, 3, 63, 64, 65, 257];
const ROWS = 7;
const CUTS = [1, 2, 5];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** PyTorch 2.13 in float64 on these f32 numbers (gelu_new is gelu with approximate='tanh'). */
const POINTS = [-10, -5, -2, -0.5, -1e-3, 0, 1e-3, 0.5, 2, 5, 10];
const PYTORCH = {
  gelu_new: [
    0, -2.2917961972623857e-7, -0.04540230591222494, -0.15428599017485606, -0.0004996010814972463, 0,
    0.0005003989660002051, 0.34571400982514394, 1.954597694087775, 4.999999770820381, 10,
  ],
  gelu: [
    0, -1.4332578593401202e-6, -0.04550026389635842, -0.15426876936299344, -0.0004996010814969171, 0,
    0.0005003989660005341, 0.34573123063700656, 1.9544997361036416, 4.999998566742141, 10,
  ],
  silu: [
    -0.0004539786870243439, -0.03346425462142428, -0.2384058440442351, -0.1887703343990727,
    -0.0004997500237458102, 0, 0.0005002500237516411, 0.3112296656009273, 1.7615941559557646,
    4.966535745378576, 9.999546021312975,
  ],
  tanh: [
    -0.9999999958776927, -0.9999092042625951, -0.9640275800758169, -0.4621171572600098,
    -0.0009999997141642038, 0, 0.0009999997141642038, 0.4621171572600098, 0.9640275800758169,
    0.9999092042625951, 0.9999999958776927,
  ],
  relu: [0, 0, 0, 0, 0, 0, 0.0010000000474974513, 0.5, 2, 5, 10],
  quick_gelu: [
    -4.057961294855312e-7, -0.0010070162673523693, -0.06434137685579186, -0.1496115633936199,
    -0.0004995745238110212, 0, 0.0005004255236864301, 0.35038843660638014, 1.9356586231442083,
    4.998992983732648, 9.99999959420387,
  ],
} as const;

/** Largest |actual - expected| / max(1, |expected|). */
function largestError(actual: Float32Array, expected: ArrayLike<number>): number {
  return actual.reduce((worst, v, i) => {
    return Math.max(worst, Math.abs(v - at(expected, i)) / Math.max(1, Math.abs(at(expected, i))));
  }, 0);
}

const activate = async (x: Float32Array<ArrayBuffer>, name: keyof typeof ACT) => {
  const params = { row0: 0, rows: 1, width: x.length, act: ACT[name] };
  const [out] = await runKernel(gpu, 'activate', [x, new Float32Array(x.length)], params);
  return out!;
};

describe('activate and gate', () => {
  it.each(ACT_NAMES)('%s at every width, and when cut', async (name) => {
    for (const width of WIDTHS) {
      const pre = randomFloats(ROWS * width, 3, 6);
      const linear = randomFloats(ROWS * width, 4);
      const empty = new Float32Array(ROWS * width);
      const params = { row0: 0, rows: ROWS, width, act: ACT[name] };
      const [out] = await runKernel(gpu, 'activate', [pre, empty], params);
      const expected = Array.from(pre, ACTIVATIONS[name]);
      expectClose(out!, expected, `activate ${name}`);
      const [cut] = await runKernel(gpu, 'activate', [pre, empty], params, CUTS);
      expectSameBits(cut!, out!, 'activate cut');
      const gating = { ...params, limit: 0 };
      const [gated] = await runKernel(gpu, 'gate', [pre, linear, empty], gating);
      expectClose(
        gated!,
        expected.map((v, i) => v * at(linear, i)),
        `gate ${name}`,
      );
      const [gatedCut] = await runKernel(gpu, 'gate', [pre, linear, empty], gating, CUTS);
      expectSameBits(gatedCut!, gated!, 'gate cut');
      const limit = 0.75;
      const [clamped] = await runKernel(gpu, 'gate', [pre, linear, empty], { ...params, limit });
      const within = linear.map((v) => Math.min(Math.max(v, -limit), limit) + 1);
      expectClose(
        clamped!,
        Array.from(pre, (v, i) => ACTIVATIONS[name](Math.min(v, limit)) * at(within, i)),
        `gate ${name}, clamped`,
      );
    }
  });

  it.each(Object.keys(PYTORCH) as (keyof typeof PYTORCH)[])("%s at PyTorch's points", async (name) => {
    const points = new Float32Array(POINTS);
    const reference = points.reduce(
      (worst, x, i) => Math.max(worst, Math.abs(ACTIVATIONS[name](x) - at(PYTORCH[name], i))),
      0,
    );
    expect(reference).toBeLessThan(1e-14);
    expect(largestError(await activate(points, name), PYTORCH[name])).toBeLessThan(2e-7);
  });

  it.each(ACT_NAMES)('%s over the whole range', async (name) => {
    const x = Float32Array.from({ length: 40001 }, (_, i) => (i - 20000) / 1000);
    const out = await activate(x, name);
    const expected = Array.from(x, ACTIVATIONS[name]);
    const error = largestError(out, expected);
    expect(error, `${name}: error ${error.toExponential(2)}`).toBeLessThan(4e-7);
    // For negative x the values are small, so cancellation would show. gelu_new cubes x.
    const negative = (values: ArrayLike<number>) =>
      Array.from(x.keys(), (i) => at(values, i)).slice(10000, 20000);
    expectClose(negative(out), negative(expected), `${name}, negative`, 1e-12);
  });

  it.each(ACT_NAMES)('%s is finite and right far out', async (name) => {
    const x = new Float32Array([-3e38, -1e20, -1e4, -100, 100, 1e4, 1e20, 3e38]);
    const out = await activate(x, name);
    const far = { none: (v: number) => v, tanh: Math.sign };
    const expected = x.map(name === 'none' || name === 'tanh' ? far[name] : (v) => Math.max(0, v));
    for (let i = 0; i < x.length; i++) {
      expect(Math.abs(at(out, i) - at(expected, i)), `${name}(${at(x, i)})`).toBeLessThan(1e-30);
    }
  });
});

describe('clip', () => {
  it.each(WIDTHS)('agrees bit by bit with float64 at width %i, and when cut', async (width) => {
    for (const most of [0.5, 8]) {
      const x = randomFloats(ROWS * width, 5, 20);
      const params = { row0: 0, rows: ROWS, width, most };
      const [out] = await runKernel(gpu, 'clip', [x], params);
      expectSameBits(
        out!,
        x.map((v) => Math.min(Math.max(v, -most), most)),
        'clip',
      );
      const [cut] = await runKernel(gpu, 'clip', [x], params, CUTS);
      expectSameBits(cut!, out!, 'clip cut');
    }
  });
});

describe('scale', () => {
  it.each(WIDTHS)('agrees with float64 at width %i, and when cut', async (width) => {
    for (const [scale, cap] of [
      [1, 0.5],
      [1, 30],
      [0.25, 30],
      [0.0625, 0],
    ] as const) {
      const x = randomFloats(ROWS * width, 5, 90);
      const params = { row0: 0, rows: ROWS, width, scale, cap };
      const [out] = await runKernel(gpu, 'scale', [x], params);
      expectClose(
        out!,
        Array.from(x, (v) => (cap > 0 ? cap * Math.tanh((scale * v) / cap) : scale * v)),
        'scale',
      );
      const [cut] = await runKernel(gpu, 'scale', [x], params, CUTS);
      expectSameBits(cut!, out!, 'scale cut');
    }
  });

  it('keeps small numbers to a relative 5e-7, is odd, and saturates at cap', async () => {
    const positive = Float32Array.from({ length: 2000 }, (_, i) => 30 * 10 ** (i / 200 - 9));
    const x = new Float32Array([...positive, ...positive.map((v) => -v), 0, 1e6, 1e30, -3e38]);
    const [out] = await runKernel(gpu, 'scale', [x], {
      row0: 0,
      rows: 1,
      width: x.length,
      scale: 1,
      cap: 30,
    });
    const relative = Array.from(positive, (v, i) => Math.abs(at(out!, i) / (30 * Math.tanh(v / 30)) - 1));
    expect(Math.max(...relative)).toBeLessThan(5e-7);
    expectSameBits(
      out!.slice(2000, 4000),
      out!.slice(0, 2000).map((v) => -v),
      'odd',
    );
    expect([...out!.slice(4000)]).toEqual([0, 30, 30, -30]);
  });
});
