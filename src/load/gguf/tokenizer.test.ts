import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { blobSource } from '../bytes';
import { byteLevelSpelling } from '../byteLevel';
import { defaultBos, loadTokenizer } from '../tokenizer';
import { Metadata } from './metadata';
import { type GgufValue, parseGguf } from './parse';
import { writeGguf } from './testing/writeGguf';
import { tokenizerOf } from './tokenizer';
import { cpuTime } from '../../util/testing';

/** Written by `reference/tokenizer/sentencepiece_bpe.py`. */
const golden = JSON.parse(await readFile('reference/tokenizer/sentencepiece.json', 'utf8')) as {
  bos: number;
  eos: number;
  tokens: string[];
  scores: number[];
  types: number[];
  encodings: { text: string; ids: number[] }[];
};

/** Goes through a file, to cover the reading of strings. */
async function rebuilt(metadata: Record<string, GgufValue>) {
  const file = writeGguf(new Map(Object.entries(metadata)), []);
  const { metadata: read } = await parseGguf(blobSource('x.gguf', file), 'x.gguf');
  return tokenizerOf(new Metadata(read, 'x.gguf'), 'x.gguf');
}

async function tokenizer(changed: Record<string, GgufValue> = {}) {
  const { tokenizerJson, tokenizerConfig } = await rebuilt({
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': golden.tokens,
    'tokenizer.ggml.scores': golden.scores,
    'tokenizer.ggml.token_type': golden.types,
    'tokenizer.ggml.bos_token_id': golden.bos,
    'tokenizer.ggml.eos_token_id': golden.eos,
    ...changed,
  });
  return loadTokenizer(tokenizerJson, tokenizerConfig);
}

it.each(golden.encodings)('splits $text as SentencePiece does', async ({ text, ids }) => {
  expect((await tokenizer()).encode(text).map(({ id }) => id)).toEqual(ids);
});

it('takes BOS and EOS from the file, and a byte order mark for a token like others', async () => {
  const made = await tokenizer();
  expect([made.bosToken?.id, made.eosToken?.id]).toEqual([golden.bos, golden.eos]);
  expect(made.decode(golden.tokens.indexOf('\ufeff'))).toBe('\ufeff');
});

it('refuses scores that give no order', async () => {
  await expect(tokenizer({ 'tokenizer.ggml.scores': golden.scores.map(() => -1000) })).rejects.toThrow(
    'x.gguf: tokenizer.ggml.scores: do not determine the order of merges, got -1000 for every token',
  );
});

it('refuses a token of endless length at once, unless it is found by its name', async () => {
  const added = (token: string, type: number) => ({
    'tokenizer.ggml.tokens': [...golden.tokens, token],
    'tokenizer.ggml.scores': [...golden.scores, -1],
    'tokenizer.ggml.token_type': [...golden.types, type],
  });
  const id = golden.tokens.length;
  await expect(tokenizer(added('a'.repeat(2 ** 20), 1))).rejects.toThrow(
    `x.gguf: tokenizer.ggml.tokens: token ${id} is too long, got 1048576 characters, expected at most 256.`,
  );
  const name = 'a'.repeat(1000);
  expect((await tokenizer(added(name, 4))).encode(name).map((token) => token.id)).toEqual([id]);
});

it('refuses a vocabulary whose merges would take minutes to find, within seconds', async () => {
  const tokens = Array.from({ length: 4000 }, (_, id) => `${id}`.padStart(250, 'ab'));
  const began = cpuTime();
  await expect(
    tokenizer({
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.scores': tokens.map((_, id) => -id),
      'tokenizer.ggml.token_type': tokens.map(() => 1),
    }),
  ).rejects.toThrow(/^x\.gguf: tokenizer\.ggml\.tokens: are too long to be merged, got [^\n]*$/);
  expect(cpuTime() - began).toBeLessThan(20_000);
});

describe('tokenizer.ggml.pre', () => {
  const letters = Array.from({ length: 256 }, (_, byte) => byteLevelSpelling(Uint8Array.of(byte)));
  const gpt2 = (pre: Record<string, GgufValue>) =>
    rebuilt({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.tokens': [...letters, '12', '123', '<s>'],
      'tokenizer.ggml.token_type': [...letters.map(() => 1), 1, 1, 3],
      'tokenizer.ggml.merges': ['1 2', '12 3'],
      'tokenizer.ggml.bos_token_id': 258,
      ...pre,
    });
  const ids = async (pre: Record<string, GgufValue>, text: string) => {
    const { tokenizerJson, tokenizerConfig } = await gpt2(pre);
    return loadTokenizer(tokenizerJson, tokenizerConfig)
      .encode(text)
      .map(({ id }) => id);
  };

  it.each<[pre: Record<string, GgufValue>, count: number]>([
    [{}, 1],
    [{ 'tokenizer.ggml.pre': 'default' }, 1],
    [{ 'tokenizer.ggml.pre': 'smaug-bpe' }, 1],
    [{ 'tokenizer.ggml.pre': 'gpt-4o' }, 1],
    [{ 'tokenizer.ggml.pre': 'tekken' }, 3],
  ])('with %o, 123 is %i tokens', async (pre, count) => {
    expect(await ids(pre, '123')).toHaveLength(count);
  });

  it('says what it took where the file does not say', async () => {
    expect((await gpt2({})).notes).toEqual([
      expect.stringMatching(/^x\.gguf: tokenizer\.ggml\.pre is missing: [^\n]*$/),
    ]);
    expect((await gpt2({ 'tokenizer.ggml.pre': 'default' })).notes).toHaveLength(1);
    expect((await gpt2({ 'tokenizer.ggml.pre': 'dbrx' })).notes).toEqual([]);
  });

  it('refuses a name that it does not know', async () => {
    await expect(gpt2({ 'tokenizer.ggml.pre': 'afmoe' })).rejects.toThrow(
      "x.gguf: tokenizer.ggml.pre: not supported, got 'afmoe', expected one of: ",
    );
  });

  it('adds BOS as the name has it, unless the file says otherwise', async () => {
    const adds = async (pre: Record<string, GgufValue>) => {
      const { tokenizerJson, tokenizerConfig } = await gpt2(pre);
      return defaultBos(tokenizerJson, tokenizerConfig);
    };
    expect(await adds({ 'tokenizer.ggml.pre': 'llama-bpe' })).toBe(true);
    expect(await adds({ 'tokenizer.ggml.pre': 'dbrx' })).toBe(false);
    expect(await adds({ 'tokenizer.ggml.pre': 'llama-bpe', 'tokenizer.ggml.add_bos_token': false })).toBe(
      false,
    );
  });
});
