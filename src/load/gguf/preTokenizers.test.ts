/**
 * Compares splits with `tokenizers` using llama.cpp's patterns (reference/tokenizer/gguf_pre.py).
 */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { place } from '../tokenizer/placed';
import { loadPreTokenizer } from '../tokenizer/split';
import { preTokenizerOf } from './preTokenizers';

const golden = JSON.parse(await readFile('reference/tokenizer/gguf_pre.json', 'utf8')) as {
  texts: string[];
  names: Record<string, string[][]>;
};

it.each(Object.entries(golden.names))('%s cuts as `tokenizers` does', (name, want) => {
  const { split } = loadPreTokenizer(preTokenizerOf(name, 'x.gguf').pre);
  for (const [i, text] of golden.texts.entries()) {
    expect(
      split(place(text), true).map((piece) => piece.text),
      text,
    ).toEqual(want[i]);
  }
});

it('takes the default where the file does not say, and refuses a name that it does not know', () => {
  expect(preTokenizerOf(undefined, 'x.gguf')).toBe(preTokenizerOf('default', 'x.gguf'));
  for (const name of ['kimi-k2', 'constructor', '', 'a\nb']) {
    expect(() => preTokenizerOf(name, 'x.gguf')).toThrow(
      /^x\.gguf: tokenizer\.ggml\.pre: not supported, got [^\n]*default[^\n]*$/,
    );
  }
});
