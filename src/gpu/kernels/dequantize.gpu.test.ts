import { beforeAll, describe, expect, it } from 'vitest';
import { dequantize } from '../../load/dequantize';
import { openSafetensors, readSafetensorsHeader } from '../../load/safetensors';
import { blobSource } from '../../load/bytes';
import { BLOCK } from '../../load/stored';
import { createBuffer, upload } from '../buffers';
import type { Gpu } from '../device';
import { readFloats } from '../readback';
import { Recorder } from '../recorder';
import { openTestGpu } from '../testing';
import { QUANTISED } from './dequantize';

const PATH = '/reference/goldens/gguf/blocks.safetensors';
type Quantised = keyof typeof QUANTISED;

let gpu: Gpu;
let file: Blob;
beforeAll(async () => {
  gpu = await openTestGpu();
  file = await (await fetch(PATH)).blob();
});

async function onGpu(type: Quantised, raw: Uint8Array, cuts: readonly number[]): Promise<Float32Array> {
  const { elements, bytes } = BLOCK[type];
  const blocks = raw.length / bytes;
  const words = new Uint8Array(4 * Math.ceil(raw.length / 4));
  words.set(raw);
  const src = await createBuffer(gpu, 'src', words.length);
  const out = await createBuffer(gpu, 'out', 4 * blocks * elements);
  upload(gpu, src, 0, words);
  const recorder = new Recorder(gpu);
  const starts = [0, ...cuts];
  for (const [i, row0] of starts.entries()) {
    const params = { row0, rows: (starts[i + 1] ?? blocks) - row0, perBlock: elements, blockBytes: bytes };
    recorder.dispatch('dequantize', [{ buffer: src }, { buffer: out }], { ...params, kind: QUANTISED[type] });
  }
  await recorder.submit();
  const values = await readFloats(gpu, out, 0, blocks * elements);
  recorder.destroy();
  src.destroy();
  out.destroy();
  return values;
}

/** Distance between neighbouring floats at the size of x. */
function ulp(x: number): number {
  const size = Math.max(Math.abs(x), 2 ** -126);
  return 2 ** (Math.floor(Math.log2(size)) - 23);
}

describe.each(Object.keys(QUANTISED) as Quantised[])('dequantize %s', (type) => {
  it("is within 1 ulp of the larger term of the gguf package's values", async () => {
    const { tensors } = await readSafetensorsHeader(blobSource(PATH, file), PATH);
    const raw = new Uint8Array(await file.slice(...tensors.get(`${type}/raw`)!.bytes).arrayBuffer());
    const want = (await (await openSafetensors(file, PATH)).tensor(`${type}/values`)).data;
    const { bytes, elements } = BLOCK[type];
    // Bounds the error by the terms of d q - m (or d q + m): |d q| and |m| are each at most |value|
    // + |m|, and m is the value at q = 0.
    const got = await onGpu(type, raw, [1, 7, 64]);
    let worst = 0;
    let differing = 0;
    for (let i = 0; i < want.length; i++) {
      const block = Math.floor(i / elements);
      const term = Math.max(Math.abs(want[i]!), offsetOf(type, raw, block * bytes, i % elements));
      const error = Math.abs(got[i]! - want[i]!) / ulp(term);
      worst = Math.max(worst, error);
      if (error > 0) differing++;
    }
    console.info(`${type}: largest difference ${worst} ulp, ${differing} of ${want.length} values differ`);
    expect(worst).toBeLessThanOrEqual(1);
    expect(dequantize(type, raw)).toEqual(want);
  });
});

/** The term |m| beside d q, for value i of the block at byte b; 0 for types without one. */
function offsetOf(type: Quantised, raw: Uint8Array, b: number, i: number): number {
  if (type !== 'Q4_1' && type !== 'Q5_1' && type !== 'Q4_K' && type !== 'Q5_K') return 0;
  // The same block with all q = 0 leaves m alone.
  const block = raw.slice(b, b + BLOCK[type].bytes);
  const header = { Q4_1: 4, Q5_1: 4, Q4_K: 16, Q5_K: 16 }[type];
  block.fill(0, header);
  return Math.abs(dequantize(type, block)[i]!);
}
