import { describe, expect, it } from 'vitest';
import { defaultSpan, defaultSubject } from './defaultSubject';

const text = (prompt: string, special: readonly string[] = []): string | null => {
  const range = defaultSubject(prompt, special);
  return range && new TextDecoder().decode(new TextEncoder().encode(prompt).subarray(...range));
};

describe('the default subject', () => {
  it.each([
    // The last run of capitalised words.
    ['The capital of France is', 'France'],
    ['The Eiffel Tower is located in the city of', 'The Eiffel Tower'],
    ['The currency of New Zealand is the', 'New Zealand'],
    ['Coca-Cola was founded in', 'Coca-Cola'],
    ["McDonald's is owned by", "McDonald's"],
    ['When Mary and John went to the store, John gave a drink to', 'John'],
    ['столица Франции это', 'Франции'],
    ['Η πρωτεύουσα της Ελλάδας είναι η', 'Ελλάδας'],
    ['Élise était une amie de', 'Élise'],
    // More than a space between two names separates them.
    ['Paris, France is a place in', 'France'],
    // No name: the longest word other than the last.
    ['the capital of france is', 'capital'],
    ['The sky is', 'sky'],
    ['hello world this is', 'world'],
    ['2 + 35 = 37', '35'],
    ['12 + 7 =', '12'],
    ['THE CAPITAL OF FRANCE IS', 'CAPITAL'],
    ['בירת צרפת היא', 'צרפת'],
    ['عاصمة فرنسا هي', 'فرنسا'],
    ['フランスの首都は', 'フランス'],
    ['法国的首都是', '首都'],
    // Nothing before the last word: that word. No words: the whole prompt.
    ['Paris', 'Paris'],
    [' hello ', 'hello'],
    ['?!', '?!'],
    ['🙂🙃', '🙂🙃'],
  ])('of %j is %j', (prompt, subject) => {
    expect(text(prompt)).toBe(subject);
  });

  it('is not a special token, and there is none in blank text', () => {
    expect(text('The capital of France is [MASK].', ['[MASK]', '[CLS]'])).toBe('France');
    expect(text('paris is the capital of [MASK].', ['[MASK]'])).toBe('capital');
    expect(defaultSubject('  ')).toBeNull();
    expect(defaultSubject('')).toBeNull();
  });

  it('is whole tokens, however the tokenizer cuts, and never a token that was added', () => {
    const bos = { id: 0, text: '<s>', bytes: null };
    const token = (piece: string, begin: number, end: number) => ({
      id: 1,
      text: piece,
      bytes: [begin, end] as const,
    });
    const cut = [bos, token('the', 0, 3), token(' Fra', 3, 7), token('nce is', 7, 13)];
    expect(defaultSpan('the France is', cut)).toEqual({ begin: 2, end: 4 });
    // The tokenizer dropped the word: all remaining tokens.
    expect(defaultSpan('the longest is', [bos, token('is', 12, 14)])).toEqual({ begin: 1, end: 2 });
    expect(defaultSpan('', [bos])).toBeNull();
    const mask = [bos, token('[MASK]', 0, 6), token(' is', 6, 9)];
    expect(defaultSpan('[MASK] is', mask, ['[MASK]'])).toEqual({ begin: 2, end: 3 });
  });
});
