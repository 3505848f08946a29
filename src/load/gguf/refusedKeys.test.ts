/** GGUF keys and tensors that are refused because they would change the numbers. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { blobSource } from '../bytes';
import { openGguf } from '.';
import { type GgufValue, parseGguf } from './parse';
import { type TensorToWrite, writeGguf } from './testing/writeGguf';
import { rebuiltTokenizer } from './testing/tokenizer';

const GOLDENS = 'reference/goldens';
const read = async (path: string) => new Blob([new Uint8Array(await readFile(`${GOLDENS}/${path}`))]);

describe('keys that would change the arithmetic', () => {
  const change = async (
    arch: string,
    added: Record<string, GgufValue>,
    more: readonly TensorToWrite[] = [],
  ) => {
    const file = await read('gguf/tiny-llama.gguf');
    const { metadata, tensors } = await parseGguf(blobSource('x.gguf', file), 'x.gguf');
    const own = [...metadata].map(([key, value]): [string, GgufValue] => [
      key.replace(/^llama\./, `${arch}.`),
      key === 'general.architecture' ? arch : value,
    ]);
    const types = { F32: 0, Q8_0: 8 } as Readonly<Record<string, number>>;
    const copies = await Promise.all(
      tensors.map(async ({ name, dtype, shape, begin, end }) => ({
        name,
        type: types[dtype]!,
        shape,
        bytes: new Uint8Array(await file.slice(begin, end).arrayBuffer()),
      })),
    );
    const written = writeGguf(new Map([...own, ...Object.entries(added)]), [...copies, ...more]);
    const model = await openGguf(blobSource('x.gguf', written), 'x.gguf');
    await rebuiltTokenizer(model);
    return model;
  };
  const yarn = { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 };
  const divisors = (count: number): TensorToWrite => ({
    name: 'rope_freqs.weight',
    type: 0,
    shape: [count],
    bytes: new Uint8Array(new Float32Array(count).fill(1).buffer),
  });

  it('are not in the file as it is', async () => {
    await expect(change('llama', {})).resolves.toBeTruthy();
    await expect(change('llama', { 'general.size_label': '1B', 'split.count': 1 })).resolves.toBeTruthy();
    await expect(change('llama', {}, [divisors(4)])).resolves.toBeTruthy();
  });

  it('more experts than any model has are refused before they are listed', async () => {
    const count = 200_000;
    const none = (letter: string): TensorToWrite => ({
      name: `blk.0.ffn_${letter}_exps.weight`,
      type: 0,
      shape: [count, 0, 8],
      bytes: new Uint8Array(),
    });
    await expect(change('llama', {}, [none('gate'), none('up'), none('down')])).rejects.toThrow(
      `x.gguf: experts: too many, got ${3 * count} matrices, expected at most 196608.`,
    );
  });

  it('blocks of an absurd number are not counted one by one', async () => {
    const counts = { 'qwen3moe.expert_count': 8, 'qwen3moe.expert_used_count': 2 };
    const added = {
      ...counts,
      'qwen3moe.expert_feed_forward_length': 4,
      'qwen3moe.block_count': 2 ** 32 - 1,
    };
    const { config } = await change('qwen3moe', added);
    expect(config).toMatchObject({ num_hidden_layers: 2 ** 32 - 1, mlp_only_layers: [0, 1] });
  });

  it.each<[arch: string, Record<string, GgufValue>, sentence: string]>([
    ['llama', { 'llama.attention.clamp_kqv': 8 }, "'llama.attention.clamp_kqv': not supported, got '8'"],
    ['llama', { 'llama.attention.causal': false }, "'llama.attention.causal': not supported, got 'false'"],
    ['llama', { 'llama.expert_count': 8 }, 'llama.expert_used_count'],
    ['llama', { 'llama.expert_shared_count': 1 }, "'llama.expert_shared_count': not supported, got '1'"],
    ['llama', { 'llama.logit_scale': 0.5 }, "'llama.logit_scale': not supported, got '0.5'"],
    [
      'llama',
      { ...yarn, 'llama.rope.scaling.yarn_attn_factor': 2 },
      "'llama.rope.scaling.yarn_attn_factor': not supported, got '2'",
    ],
    [
      'llama',
      { ...yarn, 'llama.rope.scaling.yarn_log_multiplier': 0.1 },
      "'llama.rope.scaling.yarn_log_multiplier': not supported",
    ],
    [
      'llama',
      { 'llama.rope.dimension_count': 4 },
      'llama.rope.dimension_count: not supported, got 4, expected whole heads of 8',
    ],
    [
      'olmo2',
      { 'olmo2.attention.sliding_window': 4, 'olmo2.attention.sliding_window_pattern': 4 },
      "olmo2.attention.sliding_window_pattern: wrong value, got '4', expected a list of true and false",
    ],
    ['llama', { 'split.count': 3 }, 'split.count: is one part of a model, got 3 parts'],
    ['llama', { 'llama.a\nb': 'c\nd' }, "'llama.a\\nb': not supported, got 'c\\nd'"],
    ['gemma3n', {}, "general.architecture: not supported in GGUF files, got 'gemma3n'"],
    ['mpt', {}, "general.architecture: not supported in GGUF files, got 'mpt'"],
    ['gemma2', { 'gemma2.attention.scale': 0.5 }, "'gemma2.attention.scale': not supported, got '0.5'"],
    ['constructor', {}, "general.architecture: not supported in GGUF files, got 'constructor'"],
    [
      'llama',
      { 'tokenizer.ggml.model': 'constructor' },
      "tokenizer.ggml.model: not supported, got 'constructor'",
    ],
  ])('in %s, %o, are refused in one sentence', async (arch, added, sentence) => {
    await expect(change(arch, added)).rejects.toThrow(sentence);
    await expect(change(arch, added)).rejects.toThrow(/^x\.gguf: [^\n]*$/);
  });

  it("refuses Llama 3's divisors beside another scaling, and more of them than any head has pairs", async () => {
    await expect(change('llama', yarn, [divisors(4)])).rejects.toThrow(
      'rope_freqs.weight: not supported together with llama.rope.scaling',
    );
    await expect(change('llama', {}, [divisors(70_000)])).rejects.toThrow('too many values, got 70000');
  });
});
