/** Lenses that TransformerLens wrote, ours read back, and files that are refused. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lensWeight } from '../../model/lens';
import { gpt2Spec } from '../../model/testing';
import { encodeF16 } from '../../util/halves';
import { Sha256 } from '../../util/sha256';
import { blobSource } from '../bytes';
import { memoryStore } from '../testing/memoryStore';
import { archive, bytes, dict, int, intDict, pickle, storage, tensor, text } from '../testing/pickles';
import { writeSafetensors } from '../writeSafetensors';
import { lensHash } from './hash';
import { KeptLenses } from './keep';
import { refuseWithoutLens } from './suits';
import { writeLens } from './write';
import { openLens } from '.';

const bertSpec = () => gpt2Spec({ head: 'mlm' });
const golden = (name: string) => new Uint8Array(readFileSync(`reference/goldens/jacobian_lens/${name}`));
const blobOf = (content: Uint8Array) => new Blob([Uint8Array.from(content)]);
const open = (content: Uint8Array, spec = null as ReturnType<typeof gpt2Spec> | null, name = 'x.pt') =>
  openLens(blobSource(name, blobOf(content)), spec);

describe('files of TransformerLens', () => {
  it('a lens in float32, with what its metadata say', async () => {
    const { lens, corpus, stored } = await open(golden('tiny-a.pt'));
    expect(lens).toMatchObject({ title: 'x.pt', dModel: 48, layers: [0], prompts: 3, skipFirst: 4 });
    expect(corpus).toBe('random tokens for tiny-a');
    expect(stored).toBe('F32');
    expect(lens.matrices.get(0)!.length).toBe(48 * 48);
  });

  it('a lens in halves', async () => {
    const { lens, stored } = await open(golden('atlas.pt'));
    expect(lens).toMatchObject({ dModel: 128, layers: [0, 1, 2, 3, 4], prompts: 4, skipFirst: 16 });
    expect(stored).toBe('F16');
  });

  it("an unfinished fit's sums become means", async () => {
    const { lens: whole } = await open(golden('tiny-a.pt'));
    const { lens, corpus } = await open(golden('checkpoint.pt'));
    expect(lens).toMatchObject({ dModel: 48, layers: [0], prompts: 3, skipFirst: 4 });
    expect(corpus).toBeNull();
    const [ours, theirs] = [lens.matrices.get(0)!, whole.matrices.get(0)!];
    for (const [i, value] of ours.entries()) expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-6);
  });
});

describe('written and read back', () => {
  it.each(['pt', 'safetensors'] as const)(
    '%s keeps every bit as float32, and rounds to halves',
    async (format) => {
      const { lens } = await open(golden('tiny-a.pt'));
      const whole = await open(writeLens(lens, format, 'f32'), null, `x.${format}`);
      expect(whole.lens).toEqual({ ...lens, title: `x.${format}` });
      expect(whole.corpus).toBe('x.pt');
      const half = await open(writeLens(lens, format, 'f16'));
      const codes = (m: Float32Array) => [...encodeF16(m, '')];
      expect(codes(half.lens.matrices.get(0)!)).toEqual(codes(lens.matrices.get(0)!));
    },
  );

  // reference/goldens/check_jacobian_lens.py has opened these very bytes.
  it.each(['f32', 'f16'] as const)('TransformerLens opens a .pt of %s', async (dtype) => {
    const { lens } = await open(golden('tiny-a.pt'), null, 'tiny-a.pt');
    const written = writeLens(lens, 'pt', dtype);
    mkdirSync('.cache/jacobian-lens', { recursive: true });
    writeFileSync(`.cache/jacobian-lens/${dtype}.pt`, written);
    const { files } = JSON.parse(new TextDecoder().decode(golden('opened.json')));
    expect(files[`${dtype}.pt`]).toMatchObject({
      sha256: new Sha256().update(written).digest(),
      layers: [0],
      prompts: 3,
      dModel: 48,
      metadata: { estimator: 'jacobian_lens', skip_first_positions: 4, corpus: 'tiny-a.pt' },
    });
  });
});

describe('kept lenses', () => {
  const spec = gpt2Spec({ nLayers: 2, dModel: 48 });
  const model = 'a'.repeat(64);

  it('are listed for their model, with the texts as title', async () => {
    const store = memoryStore();
    const kept = new KeptLenses(store, model);
    const { lens } = await open(golden('tiny-a.pt'));
    await kept.keep({ ...lens, title: 'forty texts' });
    const { matrices, ...info } = lens;
    expect(await kept.list()).toEqual([{ ...info, title: 'forty texts' }]);
    expect(await new KeptLenses(store, 'b'.repeat(64)).list()).toEqual([]);
    expect(await kept.read(lens.sha256, spec)).toEqual({ ...lens, title: 'forty texts' });
    await kept.remove(lens.sha256);
    expect(await kept.list()).toEqual([]);
    await expect(kept.read(lens.sha256, spec)).rejects.toThrow(/there is none of this model/);
    await expect(kept.read('../x', spec)).rejects.toThrow(/there is none of this model/);
  });

  it('that have changed are refused', async () => {
    const store = memoryStore();
    const kept = new KeptLenses(store, model);
    const { lens } = await open(golden('tiny-a.pt'));
    await kept.keep(lens);
    const file = store.files.get(`${model}.${lens.sha256}.lens`)!;
    file[file.length - 1]! ^= 1;
    await expect(kept.read(lens.sha256, spec)).rejects.toThrow(/^kept lens: has changed, got numbers/);
  });
});

it('the hash is of the numbers in the order of layers', () => {
  const [a, b] = [Float32Array.of(1), Float32Array.of(2)];
  const ordered = lensHash(
    new Map([
      [0, a],
      [1, b],
    ]),
  );
  expect(
    lensHash(
      new Map([
        [1, b],
        [0, a],
      ]),
    ),
  ).toBe(ordered);
  expect(
    lensHash(
      new Map([
        [0, b],
        [1, a],
      ]),
    ),
  ).not.toBe(ordered);
});

describe('models without a lens', () => {
  it('are refused in a sentence', () => {
    expect(() => refuseWithoutLens(gpt2Spec({ nLayers: 2 }))).not.toThrow();
    expect(() => refuseWithoutLens(bertSpec())).toThrow(
      /^jacobian lens: this model does not continue a text/,
    );
    expect(() => refuseWithoutLens(gpt2Spec({ nLayers: 1 }))).toThrow(/got a model of one block/);
  });
});

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const square = (key = '0') => tensor(storage(4, key), 0, [2, 2], [2, 1]);
const file = (payload: Uint8Array, data: Record<string, Uint8Array> = { 0: floats(1, 2, 3, 4) }) =>
  archive({
    'm/data.pkl': pickle(payload),
    ...Object.fromEntries(Object.entries(data).map(([key, content]) => [`m/data/${key}`, content])),
  });
const saved = (J: Uint8Array, more: Record<string, Uint8Array> = {}) =>
  file(dict({ J, n_prompts: int(3), d_model: int(2), ...more }));

it('a file made by hand is read, with layers as texts, too', async () => {
  const { lens } = await open(saved(dict({ 1: square() })));
  expect([...lens.matrices]).toEqual([[1, Float32Array.of(1, 2, 3, 4)]]);
  const turned = tensor(storage(4), 0, [2, 2], [1, 2]);
  const { lens: other } = await open(saved(intDict([[0, turned]])));
  expect([...other.matrices.get(0)!]).toEqual([1, 3, 2, 4]);
});

const safetensors = (tensors: Record<string, number[]>, metadata: Record<string, string>) =>
  writeSafetensors(
    Object.fromEntries(
      Object.entries(tensors).map(([name, shape]) => [
        name,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    ),
    metadata,
  );
const ours = { format: 'loci-jacobian-lens', prompts: '3' };

describe('is refused in one sentence:', () => {
  const J = intDict([[0, square()]]);
  const one = (value: number) =>
    file(dict({ J, n_prompts: int(3), d_model: int(2) }), { 0: floats(1, 2, 3, value) });
  const repeated = tensor(storage(1), 0, [4096, 4096], [0, 0]);
  const many = intDict(Array.from({ length: 40 }, (_, l) => [l, repeated] as const));
  const cases: [string, Uint8Array, RegExp][] = [
    ['a state dict', file(dict({ w: square() })), /got neither J nor jacobian_sum/],
    ['a list', file(bytes(0x5d)), /got neither J nor jacobian_sum/],
    ['matrices as a text', saved(text('x')), /got neither J nor jacobian_sum/],
    ['no matrices', saved(dict({})), /has no matrices/],
    ['a text as a matrix', saved(intDict([[0, text('x')]])), /layer 0: is no tensor/],
    ['a layer below 0', saved(intDict([[-1, square()]])), /a layer's number is wrong, got -1/],
    ['a huge layer', saved(intDict([[5000, square()]])), /a layer's number is wrong, got 5000/],
    ['a layer by name', saved(dict({ first: square() })), /a layer's number is wrong, got 'first'/],
    [
      'a layer twice',
      saved(bytes(0x7d, 0x28, int(0), square(), text('0'), square(), 0x75)),
      /has layer 0 twice/,
    ],
    [
      'another shape',
      saved(intDict([[0, tensor(storage(4), 0, [4, 1], [1, 1])]])),
      /wrong shape, got \[4,1\]/,
    ],
    [
      'whole numbers',
      saved(intDict([[0, tensor(storage(4, '0', 'IntStorage'), 0, [2, 2], [2, 1])]])),
      /got I32/,
    ],
    ['no d_model', file(dict({ J, n_prompts: int(3) })), /d_model, got NaN/],
    ['a wrong d_model', file(dict({ J, d_model: int(3) })), /wrong shape, got \[2,2\], expected \[3,3\]/],
    ['prompts as a text', saved(J, { n_prompts: text('many') }), /n_prompts, got 'many'/],
    ['another estimator', saved(J, { metadata: dict({ estimator: text('ridge') }) }), /lens of another kind/],
    ['the start of a fit', file(dict({ jacobian_sum: J, n_done: int(0) })), /start of a fit/],
    ['a fit that does not say', file(dict({ jacobian_sum: J })), /n_done, got something else/],
    ['NaN', one(Number.NaN), /layer 0 is not finite, got NaN in row 1/],
    ['infinity', one(Number.POSITIVE_INFINITY), /layer 0 is not finite, got Infinity/],
    [
      'one number that claims to be 40 large matrices',
      file(dict({ J: many, d_model: int(4096) }), { 0: floats(1) }),
      /is too large, got 2684354560 bytes/,
    ],
    [
      'a call',
      saved(bytes(0x63, new TextEncoder().encode('os\nsystem\n'), text('x'), 0x85, 0x52)),
      /asks for "os\.system"/,
    ],
    ['a compressed archive', archive({ 'm/data.pkl': floats(1) }, { method: 8 }), /compressed or encrypted/],
    ['a damaged archive', saved(J).slice(0, -9), /damaged archive/],
    ['nothing', bytes(), /is no file of a lens/],
    ['other safetensors', safetensors({ a: [2, 2] }, {}), /got safetensors of another kind/],
    ['safetensors with another name', safetensors({ a: [2, 2] }, ours), /got 'a'/],
    ['safetensors that are not square', safetensors({ [lensWeight(0)]: [2, 3] }, ours), /wrong shape/],
    [
      'prompts that are no number',
      safetensors({ [lensWeight(0)]: [2, 2] }, { ...ours, prompts: 'x' }),
      /n_prompts, got NaN/,
    ],
  ];
  it.each(cases)('%s', async (_, content, sentence) => {
    await expect(open(content)).rejects.toThrow(sentence);
    await expect(open(content)).rejects.toThrow(/^x\.pt: [^\n]{10,400}$/);
  });

  it.each([
    ['another width', gpt2Spec({ nLayers: 4, dModel: 3 }), /got d_model 2, expected 3/],
    ['more blocks', gpt2Spec({ nLayers: 2, dModel: 2 }), /got a matrix of layer 1, expected layers 0 to 0/],
    ['an encoder', bertSpec(), /got an encoder/],
  ])('a lens of a model with %s', async (_, spec, sentence) => {
    await expect(open(saved(intDict([[1, square()]])), spec)).rejects.toThrow(sentence);
  });

  it('a lens that leads elsewhere', async () => {
    const content = saved(J, { metadata: dict({ target_layer: int(1) }) });
    await expect(open(content, gpt2Spec({ nLayers: 3, dModel: 2 }))).rejects.toThrow(
      /leads to another block than the last, got target layer 1, expected 2/,
    );
  });
});
