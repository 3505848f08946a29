import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { blobSource } from '../bytes';
import { loadTokenizer } from '../tokenizer';
import { Metadata } from './metadata';
import { type GgufValue, parseGguf } from './parse';
import { writeGguf } from './testing/writeGguf';
import { tokenizerOf } from './tokenizer';

/** What `reference/tokenizer/sentencepiece_bpe.py` writes. */
const golden = JSON.parse(await readFile('reference/tokenizer/sentencepiece.json', 'utf8')) as {
  bos: number;
  eos: number;
  tokens: string[];
  scores: number[];
  types: number[];
  encodings: { text: string; ids: number[] }[];
};

/** Through a file, so that the reading of texts is in it. */
async function tokenizer(changed: Record<string, GgufValue> = {}) {
  const metadata = new Map<string, GgufValue>(
    Object.entries({
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': golden.tokens,
      'tokenizer.ggml.scores': golden.scores,
      'tokenizer.ggml.token_type': golden.types,
      'tokenizer.ggml.bos_token_id': golden.bos,
      'tokenizer.ggml.eos_token_id': golden.eos,
      ...changed,
    }),
  );
  const { metadata: read } = await parseGguf(blobSource('x.gguf', writeGguf(metadata, [])), 'x.gguf');
  const { tokenizerJson, tokenizerConfig } = tokenizerOf(new Metadata(read, 'x.gguf'), 'x.gguf');
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
    'x.gguf: tokenizer.ggml.scores: do not tell which merge is first, got -1000 for every token',
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
  const begin = performance.now();
  await expect(
    tokenizer({
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.scores': tokens.map((_, id) => -id),
      'tokenizer.ggml.token_type': tokens.map(() => 1),
    }),
  ).rejects.toThrow(/^x\.gguf: tokenizer\.ggml\.tokens: are too long to be merged, got [^\n]*$/);
  expect(performance.now() - begin).toBeLessThan(20_000);
}, 30_000);

it('does not guess how text is cut', async () => {
  const gpt2 = { 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.merges': [] };
  await expect(tokenizer(gpt2)).rejects.toThrow("x.gguf: tokenizer.ggml.pre: not supported, got 'default'");
});
