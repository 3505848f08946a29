/** Compares counts with JavaScript's view of the decoded numbers. */
import { describe, expect, it } from 'vitest';
import { standardNormals } from '../util/random';
import { dequantize } from './dequantize';
import { countNotFinite, NotFiniteScan } from './notFinite';
import { BLOCK, isStoredType } from './stored';
import { cpuTime } from '../util/testing';

const types = Object.keys(BLOCK).filter(isStoredType);

/** Random bytes: about one exponent in a hundred is all ones. */
const noise = (seed: number, count: number) =>
  Uint8Array.from(standardNormals(seed, count), (normal) => Math.floor(Math.abs(normal) * 1e6) % 256);

describe.each(types)('%s', (dtype) => {
  const bytes = noise(7, 6000 * BLOCK[dtype].bytes);

  it('counts what is not finite once it is decoded', () => {
    const values = dequantize(dtype, bytes);
    const expected = {
      nan: values.filter((value) => Number.isNaN(value)).length,
      infinite: values.filter((value) => Math.abs(value) === Number.POSITIVE_INFINITY).length,
    };
    expect(expected.nan).toBeGreaterThan(0);
    expect(countNotFinite(dtype, bytes)).toEqual(expected);
  });

  it('counts bytes at any address', () => {
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    expect(countNotFinite(dtype, moved.subarray(1))).toEqual(countNotFinite(dtype, bytes));
  });
});

it('tells infinities of both signs from NaN, and the largest number from them', () => {
  const values = Float32Array.of(Infinity, -Infinity, Number.NaN, 3.4028235e38, -0, 1e-45);
  expect(countNotFinite('F32', new Uint8Array(values.buffer))).toEqual({ nan: 1, infinite: 2 });
  const halves = Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0x7bff, 0x8000, 0x0001);
  expect(countNotFinite('F16', new Uint8Array(halves.buffer))).toEqual({ nan: 1, infinite: 2 });
  const brain = Uint16Array.of(0x7f80, 0xff80, 0xffc0, 0x7f7f, 0x8000, 0x0001);
  expect(countNotFinite('BF16', new Uint8Array(brain.buffer))).toEqual({ nan: 1, infinite: 2 });
});

it('adds up the tiles of a tensor, for every weight that reads it', () => {
  const scan = new NotFiniteScan();
  const tile = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  scan.look(['embed.W_E'], 'wte.weight', 'F32', tile(1, 2));
  scan.look(['blocks.0.ln1.w'], 'h.0.ln_1.weight', 'F32', tile(Number.NaN, 2));
  scan.look(['embed.W_E'], 'wte.weight', 'F32', tile(Infinity, Number.NaN));
  scan.look(['embed.W_E'], 'wte.weight', 'F32', tile(Number.NaN, 0));
  expect(scan.all()).toEqual([
    { name: 'blocks.0.ln1.w', tensor: 'h.0.ln_1.weight', nan: 1, infinite: 0 },
    { name: 'embed.W_E', tensor: 'wte.weight', nan: 2, infinite: 1 },
  ]);
});

it('costs little beside reading 100 MB', () => {
  for (const dtype of ['F32', 'BF16', 'Q8_0'] as const) {
    const { bytes } = BLOCK[dtype];
    const tile = new Uint8Array(bytes * Math.floor((4 * 2 ** 20) / bytes));
    const begin = cpuTime();
    for (let i = 0; i < 25; i++) countNotFinite(dtype, tile);
    const ms = cpuTime() - begin;
    console.warn(`${dtype}: 100 MB scanned in ${ms.toFixed(0)} ms`);
    expect(ms).toBeLessThan(2000);
  }
});
