import { describe, expect, it } from 'vitest';
import { placesOf } from './spelling';

const texts = (prompt: string, tokens: readonly string[], added: readonly number[] = []) =>
  placesOf(prompt, tokens, (row) => added.includes(row)).map(([begin, end]) => prompt.slice(begin, end));

describe('places of tokens in a prompt', () => {
  it('are their own text where a tokenizer changes nothing', () => {
    const tokens = ['<|endoftext|>', 'The', ' capital', ' of', ' Niger'];
    expect(texts('The capital of Niger', tokens, [0])).toEqual(['', 'The', ' capital', ' of', ' Niger']);
  });

  it('follow lower case, word pieces and added ends', () => {
    const tokens = ['[CLS]', 'abu', '##ja', 'is', 'a', '[MASK]', '.', '[SEP]'];
    expect(texts('Abuja is a [MASK].', tokens, [0, 7])).toEqual([
      '',
      'Abu',
      'ja',
      'is',
      'a',
      '[MASK]',
      '.',
      '',
    ]);
  });

  it('leave out a space that the tokenizer put in', () => {
    expect(texts('Paris is', [' Paris', ' is'])).toEqual(['Paris', ' is']);
  });

  it('give pieces of a character what lies between their neighbours', () => {
    const expected = ['a', ' 🎉', ' 🎉', ' b'];
    expect(texts('a 🎉 b', ['a', ' �', '�', ' b'])).toEqual(expected);
    expect(texts('a 🎉 b', ['a', ' <0xF0><0x9F>', '<0x8E><0x89>', ' b'])).toEqual(expected);
  });

  it('do not run to another word where a token is not in the prompt', () => {
    expect(texts('cafe au lait', ['x', 'cafe', ' au', ' lait'])).toEqual(['', 'cafe', ' au', ' lait']);
  });
});
