/** Deviations that cannot change a number are accepted with a note; others are refused by name. */
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from './open';
import { gpt2Spec } from '../model/testing';
import { refuseUnread, withinRows } from './rows';
import { config, files, json, shapes, weightFile } from './testing/gpt2Folder';
import { inThisThread } from './tokenizer/inThisThread';

type Change = Record<string, Blob | null>;
const open = (change: Change = {}) =>
  openCheckpoint({ kind: 'files', title: 'my folder', files: files(change) }, { startThread: inThisThread });
const withWeights = (tensors: Record<string, readonly number[]>, fill?: Record<string, number>) =>
  open({ 'model.safetensors': weightFile(tensors, fill) });
const renamed = (rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [rename(name), shape]));

it('has no notes on a model that is as it should be', async () => {
  expect((await open()).notes).toEqual([]);
});

describe('names that a wrapper changed', () => {
  it.each(['module.', '_orig_mod.', 'base_model.model.', 'module.transformer.'])('%s', async (prefix) => {
    const wrapped = await withWeights(renamed((name) => `${prefix}${name}`));
    const said = prefix.endsWith('transformer.') ? prefix.replace('transformer.', '') : prefix;
    expect(wrapped.notes).toEqual([`Tensor names begin with "${said}", which is ignored.`]);
    expect(await wrapped.weights.get('blocks.0.ln1.w')).toEqual(new Float32Array([1, 1, 1, 1]));
  });

  it('are not guessed where two parts of a file might be meant', async () => {
    const both = { ...renamed((name) => `encoder.${name}`), ...renamed((name) => `decoder.${name}`) };
    await expect(withWeights(both)).rejects.toThrow(/tensor 'wte\.weight' is missing/);
  });
});

describe('tied embeddings', () => {
  it('may have the name of the unembedding alone', async () => {
    const { 'wte.weight': shape, ...rest } = shapes;
    const checkpoint = await withWeights({ ...rest, 'lm_head.weight': shape! }, { 'lm_head.weight': 0x4000 });
    expect(checkpoint.spec.tied).toBe(true);
    expect(new Set(await checkpoint.weights.get('embed.W_E'))).toEqual(new Set([2]));
    expect(checkpoint.notes).toEqual([]);
  });

  it('are two matrices where the file has two, whatever the config says', async () => {
    const fill = { 'lm_head.weight': 0x4000 };
    const checkpoint = await withWeights({ ...shapes, 'lm_head.weight': [400, 4] }, fill);
    expect(checkpoint.spec.tied).toBe(false);
    expect(new Set(await checkpoint.weights.get('embed.W_E'))).toEqual(new Set([1]));
    expect(new Set(await checkpoint.weights.get('unembed.W_U'))).toEqual(new Set([2]));
    expect(checkpoint.notes).toEqual([
      "config.json says that the unembedding is the embedding table, but the file holds both 'lm_head.weight' and 'wte.weight': both are used.",
    ]);
  });
});

describe('tensors that no pass reads', () => {
  it('are listed, those of many blocks as one', async () => {
    const more = {
      ...shapes,
      'v_head.summary.weight': [1, 4],
      'value_head.bias': [1],
      'score.weight': [2, 4],
      'h.0.attn.bias': [1, 1, 8, 8],
      'h.0.attn.rotary_emb.inv_freq': [2],
      ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`heads.${i}.w`, [1]])),
    };
    const { notes, weights } = await withWeights(more);
    expect(notes).toEqual([
      'Not read, since the model does not use them: v_head.summary.weight, value_head.bias, score.weight, h.*.attn.bias, h.*.attn.rotary_emb.inv_freq, heads.*.w (12).',
    ]);
    await weights.stream({ write: async () => undefined });
  });

  it.each([
    ['h.0.attn.q_norm.weight', 'unknown tensor, got "h.0.attn.q_norm.weight"'],
    ['h.7.ln_1.weight', 'unknown tensor, got "h.7.ln_1.weight"'],
    ['transformer.emb_ln.weight', 'unknown tensor, got "transformer.emb_ln.weight"'],
    ['lm_head.bias', 'unknown tensor, got "lm_head.bias"'],
    ['h.0.attn.c_attn.lora_A.weight', 'holds an adapter besides the weights'],
  ])('are refused where they may change a number: %s', async (name, sentence) => {
    await expect(withWeights({ ...shapes, [name]: [4] })).rejects.toThrow(sentence);
  });
});

it('takes null for no metadata, in the header and in the index', async () => {
  const header = JSON.parse(await headerText(weightFile(shapes)));
  for (const empty of ['__metadata__', 'metadata']) {
    const text = new TextEncoder().encode(JSON.stringify({ ...header, [empty]: null }));
    const body = (await weightFile(shapes).arrayBuffer()).slice(-elementsIn(shapes) * 2);
    const shard = new Blob([new BigUint64Array([BigInt(text.length)]), text, body]);
    const weight_map = Object.fromEntries(Object.keys(shapes).map((name) => [name, 'a.safetensors']));
    const index = { metadata: null, weight_map };
    const sharded = {
      'model.safetensors': null,
      'model.safetensors.index.json': json(index),
      'a.safetensors': shard,
    };
    expect((await open(sharded)).notes).toEqual([]);
  }
});

async function headerText(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  return new TextDecoder().decode(bytes.slice(8, 8 + length));
}

function elementsIn(all: Record<string, readonly number[]>): number {
  return Object.values(all).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

describe('tokens beyond the embeddings', () => {
  /** 390 rows for a tokenizer with ids up to 399. */
  const fewer = (rows: number) => ({
    'config.json': json({ ...config, vocab_size: rows }),
    'model.safetensors': weightFile({ ...shapes, 'wte.weight': [rows, 4] }),
  });

  it('refuse only a text that uses one, by name', async () => {
    const whole = await open();
    const last = whole.tokenizer.vocabSize - 1;
    const { tokenizer, notes, bos } = await open(fewer(last));
    const name = JSON.stringify(tokenizer.decode(last));
    expect(notes).toEqual([
      `The model has ${last} embeddings, the tokenizer ids up to ${last}: a prompt with ${name} (id ${last}) is refused.`,
    ]);
    expect(bos).toBe(true);
    expect(await tokenizer.encode('a b c')).toEqual(await whole.tokenizer.encode('a b c'));
    await expect(tokenizer.encode(`a${whole.tokenizer.decode(last)}`)).rejects.toThrow(
      `tokens: the model has no embedding for ${name}, got id ${last}, expected ids below ${last}.`,
    );
  });

  it('are refused in lists of ids, too, and never added', async () => {
    const { tokenizer, notes } = await open({ ...fewer(1), 'loci.json': null });
    expect(notes[0]).toMatch(/a prompt with one of those from .* \(id 1\) on is refused\.$/);
    expect(tokenizer.special.prefix.map(({ id }) => id)).toEqual([0]);
    const spec = gpt2Spec({ nEmbeddings: 1 });
    expect(() => refuseUnread([0, 7], spec, tokenizer)).toThrow(/got id 7, expected ids below 1\./);
    expect(() => refuseUnread([0], spec, tokenizer)).not.toThrow();
  });

  it('are refused where they are padding without a position, by name', async () => {
    const { tokenizer } = await open();
    const spec = gpt2Spec({ nEmbeddings: 9, positions: { kind: 'learned', offset: 4, padding: 3 } });
    const reads = withinRows({ ...tokenizer, vocabSize: 9 }, spec);
    expect(reads.notes).toEqual([]);
    await expect(reads.tokenizer.encode(tokenizer.decode(3))).rejects.toThrow(
      `tokens: ${JSON.stringify(tokenizer.decode(3))} is padding, which takes no position in this model, got id 3`,
    );
    expect(await reads.tokenizer.encode(tokenizer.decode(4))).toHaveLength(1);
  });
});

it('tells of weights that are not finite once they are read', async () => {
  const { weights } = await withWeights(shapes, { 'h.0.ln_2.bias': 0x7e00 });
  expect((await weights.stream({ write: async () => undefined })).notFinite).toEqual([
    { name: 'blocks.0.ln2.b', tensor: 'h.0.ln_2.bias', nan: 4, infinite: 0 },
  ]);
});
