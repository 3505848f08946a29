/** For the GPU tests: a device, seeded data, running one kernel, comparing with float64. */

import { expect } from 'vitest';
import { createBuffer, upload } from './buffers';
import { type Gpu, type GpuLimits, openGpu } from './device';
import { f16ToF32 } from '../util/halves';
import { ACT } from './kernels/matmul';
import { type KernelName, type KernelParams, kernelRecord } from './kernels';
import { readback } from './readback';
import { Recorder } from './recorder';

/** Without an adapter, fails the test and says what to install. */
export function openTestGpu(fakeLimits: Partial<GpuLimits> = {}): Promise<Gpu> {
  return openGpu({ gpu: navigator.gpu, fakeLimits });
}

/** Numbers in [0, 1): mulberry32. */
export function uniformStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` f32 between -scale and scale. */
export function randomFloats(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const next = uniformStream(seed);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = scale * (2 * next() - 1);
  return values;
}

/**
 * `count` halves below 2 in magnitude, every eighth subnormal: packed two per u32, and as numbers.
 */
export function randomHalves(
  count: number,
  seed: number,
): { words: Uint32Array<ArrayBuffer>; values: Float32Array<ArrayBuffer> } {
  const next = uniformStream(seed);
  const codes = new Uint16Array(2 * Math.ceil(count / 2));
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const sign = next() < 0.5 ? 0x8000 : 0;
    const exponent = i % 8 === 7 ? 0 : 11 + Math.floor(5 * next());
    codes[i] = sign | (exponent << 10) | Math.floor(1024 * next());
    values[i] = f16ToF32(codes[i] as number);
  }
  return { words: new Uint32Array(codes.buffer), values };
}

/**
 * The normal distribution function: a series, with Laplace's continued fraction in the lower tail.
 */
function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x > 8) return 1;
  if (x < -2) {
    let below = -x;
    for (let k = 200; k > 0; k--) below = k / below - x;
    return density / below;
  }
  let [term, sum] = [x, x];
  for (let k = 3; k < 400; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

/** The activation functions in float64, named as in ACT. */
export const ACTIVATIONS = {
  none: (x: number) => x,
  gelu_new: (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  gelu: (x: number) => x * normalCdf(x),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  relu: (x: number) => Math.max(0, x),
  quick_gelu: (x: number) => x / (1 + Math.exp(-1.702 * x)),
  tanh: Math.tanh,
} satisfies Record<keyof typeof ACT, (x: number) => number>;

export const ACT_NAMES = Object.keys(ACT) as readonly (keyof typeof ACT)[];

type Data = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * Runs one kernel on fresh buffers, in one dispatch or split at the given rows. Returns the buffers
 * that it writes, in binding order.
 */
export async function runKernel<K extends KernelName>(
  gpu: Gpu,
  name: K,
  data: readonly Data[],
  params: KernelParams<K>,
  cuts: readonly number[] = [],
): Promise<Float32Array<ArrayBuffer>[]> {
  const record = kernelRecord(name);
  const buffers = await Promise.all(
    data.map((values, index) =>
      createBuffer(gpu, `${name}.${record.storage[index]?.name}`, values.byteLength),
    ),
  );
  for (const [index, buffer] of buffers.entries()) upload(gpu, buffer, 0, data[index] as Data);
  const recorder = new Recorder(gpu);
  const { row0, rows } = params as unknown as { row0: number; rows: number };
  const starts = [row0, ...cuts.map((cut) => row0 + cut)];
  for (const [index, start] of starts.entries()) {
    const part = { row0: start, rows: (starts[index + 1] ?? row0 + rows) - start };
    recorder.dispatch(
      name,
      buffers.map((buffer) => ({ buffer })),
      { ...params, ...part },
    );
  }
  await recorder.submit();
  const written: Float32Array<ArrayBuffer>[] = [];
  for (const [index, buffer] of buffers.entries()) {
    if (record.storage[index]?.access !== 'read_write') continue;
    written.push(new Float32Array(await readback(gpu, buffer, 0, (data[index] as Data).byteLength)));
  }
  recorder.destroy();
  for (const buffer of buffers) buffer.destroy();
  return written;
}

/** Normalised mean squared error: sum of squared errors over sum of squared expected values. */
export function nmse(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  let power = 0;
  for (let i = 0; i < expected.length; i++) {
    error += ((actual[i] as number) - (expected[i] as number)) ** 2;
    power += (expected[i] as number) ** 2;
  }
  return power === 0 ? error : error / power;
}

/** Compares with a float64 reference; the default limit is about 5 f32 roundings. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  limit = 1e-13,
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  const error = nmse(actual, expected);
  expect(error, `${what}: NMSE ${error.toExponential(2)}, limit ${limit}`).toBeLessThanOrEqual(limit);
}

/** Bit-for-bit equality; -0 and 0 differ. */
export function expectSameBits(actual: Float32Array, expected: Float32Array, what: string): void {
  const a = new Uint32Array(actual.buffer, actual.byteOffset, actual.length);
  const b = new Uint32Array(expected.buffer, expected.byteOffset, expected.length);
  const differing = a.findIndex((bits, i) => bits !== b[i]);
  const where = differing < 0 ? '' : `, first at ${differing}: ${actual[differing]}, ${expected[differing]}`;
  expect(a.length === b.length && differing < 0, `${what}: bits differ${where}`).toBe(true);
}

export function element(data: ArrayLike<number>, index: number): number {
  const value = data[index];
  if (value === undefined) throw new Error(`index ${index} of ${data.length}`);
  return value;
}
