import { describe, expect, it } from 'vitest';
import { openSafetensors } from './safetensors';
import { writeSafetensors } from './writeSafetensors';

describe('writeSafetensors', () => {
  it('is read back: names, shapes, numbers, metadata', async () => {
    const tensors = {
      'blocks.0.attn.hook_z': {
        shape: [2, 3],
        data: Float32Array.of(1, -2, 0.5, Number.NEGATIVE_INFINITY, 3e-8, 0),
      },
      scalar: { shape: [], data: Float32Array.of(7) },
    };
    const bytes = writeSafetensors(tensors, { prompt: 'naïve', tokens: '[1,2]' });
    const file = await openSafetensors(bytes.slice().buffer, 'test');
    expect([...file.tensors.keys()]).toEqual(Object.keys(tensors));
    expect(file.metadata).toEqual({ prompt: 'naïve', tokens: '[1,2]' });
    for (const [name, tensor] of Object.entries(tensors))
      expect(await file.tensor(name)).toEqual({ dtype: 'F32', ...tensor });
    // The data begin at a multiple of 8.
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('refuses a shape that does not fit', () => {
    expect(() => writeSafetensors({ x: { shape: [2, 2], data: new Float32Array(3) } })).toThrow(
      "safetensors: tensor 'x' does not fit its shape, got 3 numbers, expected 4.",
    );
  });
});
