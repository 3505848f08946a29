import { beforeAll, describe, expect, it } from 'vitest';
import { Gpu, openGpu } from '../gpu/device';
import { readFloats } from '../gpu/readback';
import { blobSource } from '../load/bytes';
import { openGguf } from '../load/gguf';
import { type CheckpointWeights, checkpointWeights } from '../load/weights';
import { familyOf } from '../model/families';
import type { ModelSpec } from '../model/spec';
import { fitProblem } from './fit';
import { uploadWeights } from './upload';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

async function openTiny(name: string): Promise<{ spec: ModelSpec; weights: CheckpointWeights }> {
  const file = await (await fetch(`/reference/goldens/gguf/${name}.gguf`)).blob();
  const { config, file: tensors } = await openGguf(blobSource(name, file), name);
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  return { spec, weights: checkpointWeights([tensors], family, spec, name) };
}

describe.each(['tiny-llama', 'tiny-llama3'])('weights of %s.gguf on the device', (name) => {
  it.each([
    ['dequantised there', false, 2 ** 16],
    ['dequantised on the host', true, 2 ** 16],
    ['in small buffers', false, 2 ** 13],
  ])('are those of the host, %s', async (_, isFallback, maxBindingBytes) => {
    const { spec, weights } = await openTiny(name);
    const device = new Gpu(gpu.device, { ...gpu.limits, maxBindingBytes }, 'test', isFallback);
    const { buffers, bytes, dispose } = await uploadWeights(device, spec, weights);
    expect(bytes).toBe(4 * weights.parameters);
    for (const slot of weights.slots) {
      const want = await weights.get(slot.name);
      const parts = [...buffers.keys()].filter((id) => id === slot.name || id.startsWith(`${slot.name}#`));
      const got = new Float32Array(want.length);
      let at = 0;
      for (const id of parts) {
        const buffer = buffers.get(id)!;
        got.set(await readFloats(gpu, buffer, 0, buffer.size / 4), at);
        at += buffer.size / 4;
      }
      expect(got, slot.name).toEqual(want);
    }
    dispose();
  });
});

describe('a device that cannot hold a model', () => {
  it('is told apart before anything is fetched, by the tensor and the limit', async () => {
    const { spec, weights } = await openTiny('tiny-llama');
    const room = { maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 28, memoryBytes: null };
    expect(fitProblem(spec, weights.slots, 'f32', room)).toBeNull();
    expect(fitProblem(spec, weights.slots, 'f32', { ...room, memoryBytes: 1000 })).toMatch(
      /^device: the weights need 1 MB, got 1 MB of memory/,
    );
    expect(fitProblem(spec, weights.slots, 'f32', { ...room, maxBindingBytes: 64 })).toMatch(
      /^device: .* cannot be split and needs 1 MB in one piece/,
    );
    expect(
      fitProblem({ ...spec, orientation: 'in-out' }, weights.slots, 'f32', {
        ...room,
        maxBindingBytes: 2048,
      }),
    ).toMatch(/^device: blocks\.0\.attn\.W_QKV cannot be split/);
  });
});
