import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../../model/families';
import { blobSource } from '../bytes';
import { openSafetensors } from '../safetensors';
import { loadTokenizer } from '../tokenizer';
import { checkpointWeights } from '../weights';
import { openGguf } from '.';
import { rebuiltTokenizer } from './testing/tokenizer';

const FOLDER = 'reference/goldens/gguf';
const read = async (name: string) => new Blob([new Uint8Array(await readFile(`${FOLDER}/${name}`))]);
const open = async (name: string) =>
  openGguf(blobSource(`${name}.gguf`, await read(`${name}.gguf`)), `${name}.gguf`);

describe.each(
  ['llama', 'llama3', 'qwen2', 'gemma', 'gemma2', 'gemma3', 'gpt2', 'gpt_neox'].map((name) => `tiny-${name}`),
)('%s, written by the gguf package', (name) => {
  it('gives the weights that the package reads, under their names and in their order, bit by bit', async () => {
    const { config, file } = await open(name);
    const family = familyOf(config);
    const weights = checkpointWeights([file], family, family.parseConfig(config), name);
    const goldens = await openSafetensors(await read(`${name}.safetensors`), name);
    for (const slot of weights.slots) {
      const got = await weights.get(slot.name);
      let at = 0;
      for (const part of slot.parts) {
        const source = part.sources.find((candidate) => goldens.tensors.has(`weights/${candidate}`));
        const want = (await goldens.tensor(`weights/${source}`)).data as Float32Array;
        expect(got.subarray(at, at + want.length), `${slot.name}: ${source}`).toEqual(want);
        at += want.length;
      }
    }
    // Streamed to a device, no row is missing or written twice.
    const rows = new Map<string, number>();
    await weights.stream({
      write: async (slot, _first, count) => void rows.set(slot.name, (rows.get(slot.name) ?? 0) + count),
    });
    for (const slot of weights.slots) expect(rows.get(slot.name), slot.name).toBe(slot.shape[0]);
  });

  it('splits text as the package says', async () => {
    const { tokenizerJson, tokenizerConfig } = await rebuiltTokenizer(await open(name));
    const tokenizer = loadTokenizer(tokenizerJson, tokenizerConfig);
    const golden = JSON.parse(await (await read(`${name}.json`)).text()) as {
      bos: number;
      encodings: { text: string; ids: number[] }[];
    };
    expect(tokenizer.bosToken?.id).toBe(golden.bos);
    for (const { text, ids } of golden.encodings) {
      expect(
        tokenizer.encode(text).map(({ id }) => id),
        text,
      ).toEqual(ids);
    }
  });
});

describe('a file that is broken', () => {
  const change = async (edit: (bytes: Uint8Array, view: DataView) => unknown) => {
    const bytes = new Uint8Array(await (await read('tiny-llama.gguf')).arrayBuffer());
    const made = edit(bytes, new DataView(bytes.buffer));
    const changed = made instanceof Uint8Array ? made : bytes;
    const model = await openGguf(blobSource('x.gguf', new Blob([new Uint8Array(changed)])), 'x.gguf');
    return rebuiltTokenizer(model);
  };
  /** The byte after the first occurrence of a text. */
  const behind = (bytes: Uint8Array, text: string) => Buffer.from(bytes).indexOf(text) + text.length;

  it.each<[string, (bytes: Uint8Array, view: DataView) => unknown, string]>([
    ['nothing', () => new Uint8Array(), 'x.gguf: is cut off, got 0 bytes'],
    ['another format', (bytes) => bytes.set([0x50]), "x.gguf: is not a GGUF file, got 'PGUF'"],
    [
      'version 1',
      (_, view) => view.setUint32(4, 1, true),
      'x.gguf: version not supported, got 1, expected 2 or 3',
    ],
    ['big-endian', (_, view) => view.setUint32(4, 3, false), '(big-endian), expected 2 or 3'],
    [
      'endless tensors',
      (_, view) => view.setBigUint64(8, 2n ** 60n, true),
      'wrong number of tensors, got 1152921504606846976',
    ],
    [
      'endless metadata',
      (_, view) => view.setBigUint64(16, 2n ** 40n, true),
      'wrong number of metadata values',
    ],
    [
      'an endless text',
      (_, view) => view.setBigUint64(24, 2n ** 50n, true),
      'wrong number of bytes of a text',
    ],
    ['half a file', (bytes) => bytes.slice(0, 300), 'x.gguf: is cut off, got 300 bytes'],
    ['a header alone', (bytes) => bytes.slice(0, bytes.length - 4000), 'lies beyond the file'],
    [
      'an unknown kind of value',
      (bytes, view) => view.setUint32(behind(bytes, 'general.architecture'), 99, true),
      'metadata has an unknown type of value, got 99',
    ],
    [
      'a key that is there twice',
      (bytes) => bytes.set(Buffer.from('general.architecture'), behind(bytes, 'llama.context_length') - 20),
      "metadata has a key twice, got 'general.architecture'",
    ],
    [
      'a tensor off its alignment',
      (bytes, view) => view.setBigUint64(behind(bytes, 'blk.0.attn_q.weight') + 4 + 16 + 4, 8n, true),
      "tensor 'blk.0.attn_q.weight' is not aligned, got offset 8, expected a multiple of 32",
    ],
    [
      'tensors that overlap',
      (bytes, view) => view.setBigUint64(behind(bytes, 'blk.0.attn_q.weight') + 4 + 16 + 4, 0n, true),
      'overlaps',
    ],
    [
      'a name of two lines',
      (bytes, view) => {
        view.setUint32(behind(bytes, 'token_embd.weight') + 4 + 16, 16, true);
        bytes.set([10], behind(bytes, 'token_embd.weight') - 1);
      },
      "tensor 'token_embd.weigh\\n' has a type that is not supported",
    ],
    [
      'an unknown architecture',
      (bytes) => bytes.set(Buffer.from('mamba'), behind(bytes, 'general.architecture') + 12),
      "general.architecture: not supported in GGUF files, got 'mamba'",
    ],
    [
      'an unknown type of tensor',
      (bytes, view) => view.setUint32(behind(bytes, 'token_embd.weight') + 4 + 16, 16, true),
      "tensor 'token_embd.weight' has a type that is not supported, got IQ2_XXS",
    ],
    [
      'an unknown way to split',
      (bytes) => bytes.set(Buffer.from('gpt-9'), behind(bytes, 'tokenizer.ggml.pre') + 12),
      "tokenizer.ggml.pre: not supported, got 'gpt-9'",
    ],
    [
      'a missing key',
      (bytes) => bytes.set([0x58], behind(bytes, 'llama.block_count') - 17),
      'llama.block_count: wrong value, got nothing, expected a number',
    ],
  ])('%s is refused in one sentence', async (_, edit, sentence) => {
    await expect(change(edit)).rejects.toThrow(sentence);
    await expect(change(edit)).rejects.toThrow(/^x\.gguf: [^\n]*$/);
  });

  it('whose lists are many small numbers is refused before they fill the memory', async () => {
    const count = 2 ** 20;
    const list = (key: string) => {
      const bytes = Buffer.alloc(8 + key.length + 16 + count);
      bytes.writeBigUInt64LE(BigInt(key.length));
      bytes.write(key, 8);
      bytes.writeUInt32LE(9, 8 + key.length);
      bytes.writeBigUInt64LE(BigInt(count), 16 + key.length);
      return bytes;
    };
    const header = Buffer.alloc(24);
    header.write('GGUF');
    header.writeUInt32LE(3, 4);
    header.writeBigUInt64LE(5n, 16);
    const file = new Blob([new Uint8Array(Buffer.concat([header, ...Array.from('abcde', list)]))]);
    await expect(openGguf(blobSource('x.gguf', file), 'x.gguf')).rejects.toThrow(
      'x.gguf: wrong number of entries of a list, got 1048576, expected at most 0',
    );
  });

  it('never hangs and never asks for much, whatever bytes are wrong', async () => {
    const whole = new Uint8Array(await (await read('tiny-llama.gguf')).arrayBuffer());
    const mutation = fc.record({
      cut: fc.option(fc.nat(whole.length)),
      bytes: fc.array(fc.tuple(fc.nat(12_000), fc.nat(255)), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ cut, bytes }) => {
        const changed = whole.slice(0, cut ?? whole.length);
        for (const [at, value] of bytes) if (at < changed.length) changed[at] = value;
        try {
          const model = await openGguf(blobSource('x.gguf', new Blob([changed])), 'x.gguf');
          const { config, file } = model;
          const family = familyOf(config);
          checkpointWeights([file], family, family.parseConfig(config), 'x.gguf');
          const { tokenizerJson, tokenizerConfig } = await rebuiltTokenizer(model);
          loadTokenizer(tokenizerJson, tokenizerConfig);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message).toMatch(/^[\w.]+: [^\n]+$/s);
        }
      }),
      { numRuns: 300 },
    );
  });
});
