import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dequantize } from './dequantize';
import { openSafetensors, readSafetensorsHeader } from './safetensors';
import { blobSource } from './bytes';
import type { StoredType } from './stored';

const PATH = 'reference/goldens/gguf/blocks.safetensors';
const file = new Blob([new Uint8Array(await readFile(PATH))]);
const { tensors } = await readSafetensorsHeader(blobSource(PATH, file), PATH);
const types = [...tensors.keys()].filter((name) => name.endsWith('/raw')).map((name) => name.split('/')[0]!);

describe('blocks of random bytes, with zero, subnormal and negative scales', () => {
  it('are of all ten types', () => {
    expect([...types].sort()).toEqual(
      ['BF16', 'F16', 'Q4_0', 'Q4_1', 'Q4_K', 'Q5_0', 'Q5_1', 'Q5_K', 'Q6_K', 'Q8_0'].sort(),
    );
  });

  it.each(types)("%s equals the gguf package's values bit by bit", async (type) => {
    const goldens = await openSafetensors(file, PATH);
    const { data: want } = await goldens.tensor(`${type}/values`);
    const raw = new Uint8Array(await file.slice(...tensors.get(`${type}/raw`)!.bytes).arrayBuffer());
    const got = dequantize(type as StoredType, raw);
    expect(got.length).toBe(want.length);
    const bits = (values: ArrayLike<number>) => new Uint32Array(Float32Array.from(values).buffer);
    const [ours, theirs] = [bits(got), bits(want)];
    expect(ours.findIndex((code, i) => code !== theirs[i])).toBe(-1);
  });
});
