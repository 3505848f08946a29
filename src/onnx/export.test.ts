import { describe, expect, it } from 'vitest';
import { families } from '../model/families';
import { listSites } from '../model/sites';
import { type ExportOptions, exportOnnx } from './export';
import { exportFileName } from './fileName';
import { openOnnx, runOnnx, siteBatches } from './run';
import type { OnnxFiles } from './serialise';
import { slotsOf } from '../model/families/slots';

const llama = families.llama!;
const spec = llama.parseConfig({
  model_type: 'llama',
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 16,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  tie_word_embeddings: false,
});
const slots = slotsOf(spec, llama.modules);
const tokens = [3, 1, 4, 1, 5];
const logits = 'unembed.hook_out';

/** Numbers without a pattern, so that a wrong order shows. */
async function weight(name: string): Promise<Float32Array> {
  const { shape } = slots.find((slot) => slot.name === name)!;
  const size = shape.reduce((product, axis) => product * axis, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + name.length));
}

const write = (options?: ExportOptions) => exportOnnx(spec, slots, weight, options);
const run = (files: OnnxFiles) => runOnnx(files, spec, tokens, [logits]);

/** Names of weights as written in the file. */
function hasName(bytes: Uint8Array, name: string): boolean {
  return new TextDecoder('latin1').decode(bytes).includes(name);
}

describe('exportOnnx', () => {
  it('computes the same with weights inside, with weights outside, and for a fixed length', async () => {
    const outside = await write({ externalData: true, dataName: 'a.onnx.data' });
    expect(outside.external.map((file) => file.name)).toEqual(['a.onnx.data']);
    const inside = await write();
    expect(inside.external).toEqual([]);
    const expected = await run(inside);
    expect(expected.get(logits)).toHaveLength(tokens.length * spec.dVocab);
    expect(await run(outside)).toEqual(expected);
    expect(await run(await write({ length: tokens.length }))).toEqual(expected);
  });

  it('takes prompts of any length, or of the given one only', async () => {
    const flexible = await openOnnx(await write({ sites: [logits] }));
    const one = await openOnnx(await write({ sites: [logits], length: 5 }));
    for (const T of [1, spec.nCtx]) {
      const results = await flexible.run(Array(T).fill(2), [logits]);
      expect(results.get(logits)).toHaveLength(T * spec.dVocab);
      await expect(one.run(Array(T).fill(2), [logits])).rejects.toThrow(
        /^onnx: onnxruntime-web could not run/,
      );
    }
    await flexible.close();
    await one.close();
  });

  it('leaves out what the outputs do not need', async () => {
    const { model } = await write({ sites: ['blocks.0.hook_resid_post'] });
    expect(hasName(model, 'blocks.0.mlp.W_out')).toBe(true);
    expect(hasName(model, 'blocks.1.')).toBe(false);
    expect(hasName(model, 'unembed.W_U')).toBe(false);
    expect(hasName(model, 'hook_result')).toBe(false);
  });

  it('refuses what it cannot write', async () => {
    await expect(write({ sites: ['blocks.0.hook_resid_pos'] })).rejects.toThrow(
      /hook site: unknown name, .* The nearest is 'blocks.0.hook_resid_post'/,
    );
    await expect(write({ sites: [] })).rejects.toThrow(/no outputs/);
    await expect(write({ length: 17 })).rejects.toThrow(
      'onnx: wrong prompt length, got 17, expected 1 to 16',
    );
    await expect(exportOnnx(spec, slots, async () => new Float32Array(3))).rejects.toThrow(
      "onnx: weight 'embed.W_E' has the wrong size, got 12 bytes, expected 352 for float32 [11,8].",
    );
  });

  it('refuses a file beyond what protobuf allows, before it reads a weight', async () => {
    const wide = { ...spec, dVocab: 2 ** 27, nEmbeddings: 2 ** 27 };
    const get = () => Promise.reject(new Error('a weight was read'));
    await expect(
      exportOnnx(wide, slotsOf(wide, llama.modules), get, { externalData: false }),
    ).rejects.toThrow(
      /^onnx: the model is too large for one file, got \d+ bytes, expected at most 2147483647/,
    );
  });
});

describe('running a file', () => {
  it('says what is wrong with one that is damaged', async () => {
    const files = { model: new Uint8Array([1, 2, 3]), external: [] };
    await expect(openOnnx(files)).rejects.toThrow(/^onnx: onnxruntime-web could not open the model, got: /);
  });

  it('fetches sites in batches that fit', () => {
    const sites = listSites(spec).map((site) => site.name);
    expect(siteBatches(spec, sites, 5)).toEqual([sites]);
    expect(siteBatches(spec, sites, 5, 1)).toEqual(sites.map((site) => [site]));
    // [T, D] is 160 bytes, [T, V] 220.
    const three = ['hook_embed', 'blocks.0.hook_resid_pre', logits];
    expect(siteBatches(spec, three, 5, 320)).toEqual([three.slice(0, 2), three.slice(2)]);
  });
});

describe('exportFileName', () => {
  it.each([
    ['gpt2', 'gpt2.onnx'],
    ['openai-community/gpt2', 'openai-community-gpt2.onnx'],
    ['../../my model (1)', 'my-model-1.onnx'],
    ['日本', 'model.onnx'],
  ])('%s -> %s', (model, name) => {
    expect(exportFileName(model)).toBe(name);
  });
});
