/**
 * Compares torch.save's files with the same tensors as safetensors, both written by PyTorch; and
 * malicious files.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import tokens from '../../../reference/tokenizer/golden.json';
import { blobSource } from '../bytes';
import { openCheckpoint } from '../open';
import { dequantize } from '../dequantize';
import { openSafetensors } from '../safetensors';
import { archive, bytes, call, dict, global, pickle, storage, tensor, text, tuple } from '../testing/pickles';
import { openPickled } from '.';
import { inThisThread } from '../tokenizer/inThisThread';

const folder = join(import.meta.dirname, '../../../reference/loading/pickles');
const file = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const blob = (name: string) => new Blob([file(name)]);

const json = (value: unknown) => new Blob([JSON.stringify(value)]);
const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const openWith = (weights: Record<string, Blob>) => {
  const more = { 'config.json': json(config), 'tokenizer.json': json(tokens.tokenizer) };
  const files = new Map(Object.entries({ ...more, ...weights }));
  return openCheckpoint({ kind: 'files', title: 'pickles', files }, { startThread: inThisThread });
};

/** Every weight of a checkpoint, read singly and streamed. */
async function compare(weights: Record<string, Blob>, reference: string): Promise<readonly string[]> {
  const { weights: got, notes } = await openWith(weights);
  const want = await openSafetensors(blob(reference), reference);
  const streamed = new Map<string, number[]>();
  const { notFinite } = await got.stream({
    async write(slot, first, rows, dtype, bytes) {
      const values = streamed.get(slot.name) ?? [];
      const width = slot.shape.length > 1 ? slot.shape[1]! : 1;
      dequantize(dtype, bytes).forEach((value, i) => {
        values[first * width + i] = value;
      });
      expect(bytes.length % rows).toBe(0);
      streamed.set(slot.name, values);
    },
  });
  expect(notFinite).toEqual([]);
  for (const slot of got.slots) {
    const { data } = await want.tensor(slot.parts[0]!.sources[0]!);
    expect([...(await got.get(slot.name))], slot.name).toEqual([...data]);
    expect(streamed.get(slot.name), slot.name).toEqual([...data]);
  }
  return notes;
}

describe('torch.save', () => {
  it.each([
    ['zip.bin', 'f32.safetensors'],
    ['legacy.bin', 'f32.safetensors'],
    ['transposed.bin', 'f32.safetensors'],
    ['legacy-transposed.bin', 'f32.safetensors'],
    ['shared.bin', 'f32.safetensors'],
    ['legacy-shared.bin', 'f32.safetensors'],
    ['parameters.bin', 'f32.safetensors'],
    ['protocol-4.bin', 'f32.safetensors'],
    ['f64.bin', 'f64.safetensors'],
    ['f16.bin', 'f16.safetensors'],
    ['bf16.bin', 'bf16.safetensors'],
  ])('%s: every weight bit by bit', async (name, reference) => {
    const notes = await compare({ 'pytorch_model.bin': blob(name) }, reference);
    expect(notes[0]).toMatch(/^Weights are read from pytorch_model\.bin, since there are no safetensors/);
  });

  it('shards with their index', async () => {
    const names = [
      'pytorch_model.bin.index.json',
      'pytorch_model-00001-of-00002.bin',
      'pytorch_model-00002-of-00002.bin',
    ];
    await compare(Object.fromEntries(names.map((name) => [name, blob(name)])), 'f32.safetensors');
  });

  it('two names of one storage are one tied matrix', async () => {
    const { spec, notes } = await openWith({ 'pytorch_model.bin': blob('shared.bin') });
    expect(spec.tied).toBe(true);
    expect(notes.join()).not.toContain('lm_head');
  });

  it('is read only where there are no safetensors', async () => {
    const both = { 'pytorch_model.bin': json({}), 'model.safetensors': blob('f32.safetensors') };
    expect((await openWith(both)).weights.bytes).toBe(file('f32.safetensors').length);
  });
});

const floats = (count: number) => new Uint8Array(4 * count).fill(1);
const holding = (main: Uint8Array, data: Record<string, Uint8Array> = { 0: floats(6) }, options = {}) =>
  archive(
    {
      'm/data.pkl': main,
      ...Object.fromEntries(Object.entries(data).map(([key, content]) => [`m/data/${key}`, content])),
    },
    options,
  );
const of = (shape: number[], strides: number[], offset = 0, count = 6) =>
  pickle(dict({ w: tensor(storage(count), offset, shape, strides) }));
const read = (content: Uint8Array<ArrayBuffer>) =>
  openPickled(blobSource('x.bin', new Blob([content])), 'x.bin');

describe('an archive made by hand', () => {
  it.each([false, true])('is read, zip64: %s', async (zip64) => {
    const { tensors } = await read(holding(of([2, 3], [3, 1]), undefined, { zip64 }));
    expect(tensors).toMatchObject([{ name: 'w', dtype: 'F32', shape: [2, 3] }]);
    expect(tensors[0]!.end - tensors[0]!.begin).toBe(24);
  });

  it('keeps names whatever they are, a byte order mark among them', async () => {
    const names = ['\uFEFF', '__proto__', 'constructor', ''];
    const one = tensor(storage(4), 0, [2, 2], [2, 1]);
    const entries = Object.fromEntries(names.map((name) => [name, one]));
    const file = archive({ 'model/data.pkl': pickle(dict(entries)), 'model/data/0': new Uint8Array(16) });
    const { tensors } = await openPickled(blobSource('x.bin', new Blob([file])), 'x.bin');
    expect(tensors.map(({ name }) => name).sort()).toEqual([...names].sort());
  });

  it('gives the place of views, and no strides where rows follow each other', async () => {
    const { tensors } = await read(
      holding(
        pickle(
          dict({
            columns: tensor(storage(6), 1, [2, 2], [3, 1]),
            row: tensor(storage(6), 3, [1, 3], [99, 1]),
            scalar: tensor(storage(6), 5, [], []),
            empty: tensor(storage(6), 6, [0, 3], [3, 1]),
            note: text('no tensor'),
          }),
        ),
      ),
    );
    const begin = tensors.find(({ name }) => name === 'row')!.begin - 12;
    const at = (name: string) => tensors.find((one) => one.name === name);
    expect(at('columns')).toMatchObject({ begin: begin + 4, end: begin + 24, strides: [3, 1] });
    expect(at('row')).toEqual({
      name: 'row',
      dtype: 'F32',
      shape: [1, 3],
      begin: begin + 12,
      end: begin + 24,
    });
    expect(at('scalar')).toMatchObject({ begin: begin + 20, end: begin + 24 });
    expect(at('empty')).toMatchObject({ begin: begin + 24, end: begin + 24 });
    expect(tensors).toHaveLength(4);
  });
});

describe('is refused in one sentence, and nothing is run:', () => {
  const attack = (module: string, name: string) =>
    holding(pickle(call(global(module, name), text('touch /tmp/owned'))));
  const valid = holding(of([2, 3], [3, 1]));
  const cases: [string, Uint8Array<ArrayBuffer>, RegExp][] = [
    ['os.system', attack('os', 'system'), /asks for "os\.system", which tensors do not need/],
    ['posix', attack('posix', 'system'), /asks for "posix\.system"/],
    ['builtins.eval', attack('builtins', 'eval'), /asks for "builtins\.eval"/],
    ['a table of ours', attack('constructor', 'prototype'), /asks for "constructor\.prototype"/],
    ['__proto__', attack('torch', '__proto__Storage'), /asks for "torch\.__proto__Storage"/],
    ['numpy', attack('numpy.core.multiarray', '_reconstruct'), /asks for "numpy\.core\.multiarray\._recon/],
    [
      'names from the stack',
      holding(pickle(text('os'), text('system'), bytes(0x93))),
      /asks for "os\.system"/,
    ],
    ['a called type', holding(pickle(call(global('torch', 'FloatStorage')))), /calls torch\.FloatStorage/],
    ['an instance', holding(pickle(bytes(0x28, 0x69))), /opcode that tensors do not need, got 0x69/],
    ['an extension', holding(pickle(bytes(0x82, 1))), /got 0x82/],
    [
      'a persistent text',
      holding(pickle(text('x'), bytes(0x51))),
      /it refers to something that is not a storage/,
    ],
    ['a shape beyond its storage', holding(of([3, 3], [3, 1])), /exceeds its storage, got shape \[3,3\]/],
    ['an offset beyond its storage', holding(of([2, 3], [3, 1], 1)), /exceeds its storage/],
    ['a stride beyond its storage', holding(of([2], [2 ** 40])), /exceeds its storage/],
    ['huge sizes', holding(of([2 ** 52, 2 ** 52], [1, 1])), /exceeds its storage/],
    ['a number repeated without end', holding(of([2 ** 40], [0])), /exceeds its storage/],
    [
      'a negative stride',
      holding(pickle(dict({ w: tensor(storage(6), 0, [2], [0xffffffff]) }))),
      /exceeds its storage|no shape/,
    ],
    ['a storage that is larger than its entry', holding(of([7], [1], 0, 7)), /another size, got 24 bytes/],
    ['a storage that is not there', holding(of([2], [1]), { 5: floats(6) }), /another size, got nothing/],
    [
      'a storage of two types',
      holding(
        pickle(
          dict({
            a: tensor(storage(6), 0, [6], [1]),
            b: tensor(storage(6, '0', 'LongStorage'), 0, [6], [1]),
          }),
        ),
      ),
      /described in two ways/,
    ],
    ['a compressed entry', holding(of([2, 3], [3, 1]), undefined, { method: 8 }), /compressed or encrypted/],
    ['a list', holding(pickle(bytes(0x5d))), /has no named tensors/],
    ['numbers alone', holding(pickle(dict({ a: text('b') }))), /has no named tensors/],
    ['a text that ends early', holding(bytes(0x80, 2, 0x58, 0xff, 0xff, 0xff, 0x7f)), /ends early/],
    ['a missing value', holding(pickle(bytes(0x86))), /a value is missing/],
    ['a memo that is not there', holding(pickle(bytes(0x68, 9))), /nothing was kept under 9/],
    ['filling a tuple', holding(pickle(tuple(), text('a'), text('b'), bytes(0x73))), /not a dictionary/],
    ['the state of an object', holding(pickle(text('a'), text('b'), bytes(0x62))), /sets the state/],
    ['no data.pkl', archive({ 'm/other': floats(1) }), /got 0 entries data\.pkl/],
    [
      'two data.pkl',
      archive({ 'a/data.pkl': floats(1), 'b/data.pkl': floats(1) }),
      /got 2 entries data\.pkl/,
    ],
    [
      'big-endian numbers',
      archive({ 'm/data.pkl': floats(1), 'm/byteorder': text('big').slice(5) }),
      /byte order/,
    ],
    ['a page', bytes(new TextEncoder().encode('<!doctype html>')), /is not a torch\.save file/],
    ['nothing', bytes(), /is not a torch\.save file/],
    ['a pickle of something else', pickle(text('a')).slice(), /ends early/],
    ['an archive without its end', valid.slice(0, -30), /damaged archive/],
  ];
  it.each(cases)('%s', async (_, content, sentence) => {
    await expect(read(content)).rejects.toThrow(sentence);
    await expect(read(content)).rejects.toThrow(/^x\.bin: [^\n]{10,400}$/);
  });

  it('a file that is cut off anywhere', async () => {
    for (const name of ['zip.bin', 'legacy.bin']) {
      const whole = file(name);
      for (let end = 0; end < whole.length; end += 97)
        await expect(read(whole.slice(0, end)), `${name} ${end}`).rejects.toThrow(/^x\.bin: [^\n]{10,400}$/);
    }
  });

  it('or gives tensors within the file, whichever byte of it is changed', async () => {
    const whole = file('legacy.bin');
    for (let at = 0; at < 3000; at += 7) {
      const changed = whole.slice();
      changed[at] = (changed[at]! + 1 + (at % 200)) % 256;
      try {
        for (const { begin, end } of (await read(changed)).tensors) {
          expect(begin).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(whole.length);
        }
      } catch (error) {
        expect((error as Error).message).toMatch(/^x\.bin: [^\n]{10,500}$/);
      }
    }
  });
});
