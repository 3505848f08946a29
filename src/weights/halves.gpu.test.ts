/** Weights as packed halves on the device: every stored type, odd widths, chunk borders. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Gpu, openGpu } from '../gpu/device';
import { readFloats } from '../gpu/readback';
import { BLOCK, type StoredType } from '../load/stored';
import { memoryWeights } from '../load/testing/memoryWeights';
import type { CheckpointWeights } from '../load/weights';
import { familyOf } from '../model/families';
import type { WeightSlot } from '../model/spec';
import { uploadWeights } from './upload';

const config = {
  model_type: 'gpt2',
  n_layer: 1,
  n_head: 1,
  n_embd: 4,
  n_positions: 8,
  vocab_size: 8,
};
const spec = { ...familyOf(config).parseConfig(config), orientation: 'out-in' as const };

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

const slotOf = (rows: number, width: number): WeightSlot => ({
  name: 'embed.W_E',
  shape: [rows, width],
  parts: [{ sources: ['w'], shape: [rows, width] }],
  role: 'table',
});

/** Codes of halves from 2^-14 up: finite, and no two neighbours equal. */
const codesOf = (count: number) =>
  Uint16Array.from({ length: count }, (_, i) => 0x0400 + ((i * 7919) % 0x7000));

/** The same weights in runs of a few rows, later rows first. */
function inRuns(
  slot: WeightSlot,
  dtype: StoredType,
  bytes: Uint8Array<ArrayBuffer>,
  run: number,
): CheckpointWeights {
  const [rows, width] = slot.shape as [number, number];
  const rowBytes = width * BLOCK[dtype].bytes;
  return {
    ...memoryWeights([slot], new Map()),
    async stream(sink) {
      for (let first = run * Math.floor((rows - 1) / run); first >= 0; first -= run) {
        const count = Math.min(run, rows - first);
        await sink.write(
          slot,
          first,
          count,
          dtype,
          bytes.slice(first * rowBytes, (first + count) * rowBytes),
        );
      }
      return { sha256: '', notFinite: [] };
    },
  };
}

async function halvesOnDevice(weights: CheckpointWeights, maxBindingBytes: number): Promise<number[]> {
  const device = new Gpu(gpu.device, { ...gpu.limits, maxBindingBytes }, 'test', false);
  const { buffers, dispose } = await uploadWeights(device, spec, weights, 'f16');
  const slot = weights.slots[0]!;
  const [rows, width] = slot.shape as [number, number];
  const found: number[] = [];
  const ids = [...buffers.keys()];
  for (const [i, id] of ids.entries()) {
    const buffer = buffers.get(id)!;
    expect(buffer.size).toBeLessThanOrEqual(maxBindingBytes);
    const words = await readFloats(gpu, buffer, 0, buffer.size / 4);
    const halves = new Uint16Array(words.buffer, words.byteOffset, words.byteLength / 2);
    // Only the last buffer may end with an unused half.
    const count = i === ids.length - 1 ? rows * width - found.length : halves.length;
    found.push(...halves.subarray(0, count));
  }
  dispose();
  return found;
}

describe('packed halves', () => {
  const cases = [
    [9, 8, 3],
    [9, 7, 1],
    [9, 7, 2],
    [13, 5, 4],
    [1, 1, 1],
    [64, 33, 5],
  ] as const;
  for (const limit of [2 ** 20, 256]) {
    it.each(cases)(
      `[%i, %i] in runs of %i rows are stored bit by bit, at most ${limit} bytes together`,
      async (rows, width, run) => {
        const codes = codesOf(rows * width);
        const weights = inRuns(slotOf(rows, width), 'F16', new Uint8Array(codes.buffer), run);
        expect(await halvesOnDevice(weights, limit)).toEqual([...codes]);
      },
    );
  }

  it('are the nearest to floats and bfloat16s, ties to even', async () => {
    const floats = new Float32Array([1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -65504, 2 ** -24, 2 ** -25, 0.1, -0]);
    // IEEE 754: 1, the evens below and above, largest, smallest, zero, 0.1 rounded, -0.
    const want = [0x3c00, 0x3c00, 0x3c02, 0xfbff, 0x0001, 0x0000, 0x2e66, 0x8000];
    const slot = slotOf(2, 4);
    expect(await halvesOnDevice(inRuns(slot, 'F32', new Uint8Array(floats.buffer), 1), 2 ** 20)).toEqual(
      want,
    );
    const upper = new Uint16Array([0x3f80, 0x4000, 0xbf80, 0x3f00, 0x0000, 0x4780 - 1, 0x3e80, 0xc000]);
    const wantUpper = [0x3c00, 0x4000, 0xbc00, 0x3800, 0x0000, 0x7bf8, 0x3400, 0xc000];
    expect(await halvesOnDevice(inRuns(slot, 'BF16', new Uint8Array(upper.buffer), 2), 2 ** 20)).toEqual(
      wantUpper,
    );
  });

  it.each([65536, -1e6, Number.POSITIVE_INFINITY, Number.NaN])(
    'refuse %d, by the name of the weight',
    async (value) => {
      const floats = new Float32Array([1, 2, value, 4]);
      const upload = uploadWeights(
        gpu,
        spec,
        inRuns(slotOf(1, 4), 'F32', new Uint8Array(floats.buffer), 1),
        'f16',
      );
      await expect(upload).rejects.toThrow(/embed\.W_E/);
    },
  );
});
