/** Compares every kind of tokenizer with `tokenizers` (reference/tokenizer/families.py). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../../reference/tokenizer/families.json';
import { defaultBos, joinChips, loadTokenizer, type Token } from '../tokenizer';
import { utf8Bytes, utf8Text } from './placed';

const families = golden.families.map((family) => ({
  ...family,
  loaded: loadTokenizer(family.tokenizer, undefined),
}));

/** Widens [begin, end) to whole characters, as the library counts. */
function wholeCharacters(text: string, range: readonly [number, number]): [number, number] {
  const bytes = utf8Bytes(text);
  const isInside = (at: number) => (bytes[at]! & 0xc0) === 0x80;
  let [begin, end] = range;
  while (begin < end && isInside(begin)) begin--;
  while (begin < end && isInside(end)) end++;
  return [begin, end];
}

/**
 * Equal up to conventions. An inserted space has an empty range here, the next character's there.
 * The result of a group (a character and its marks, a run of spaces) has the whole group's range
 * here, one character's there. A byte has its character's range here, that of everything written in
 * bytes there.
 */
function isSamePlace(
  text: string,
  ours: [number, number],
  theirs: readonly number[],
  token: string,
): boolean {
  const [begin, end] = theirs as [number, number];
  const isByte = /^<0x..>$/.test(token) || utf8Bytes(token).length === 1;
  if (isByte && begin <= ours[0] && ours[1] <= end) return true;
  const part = (from: number, to: number) => utf8Text(utf8Bytes(text).subarray(from, to));
  const inGroup = /^(?:\P{M}?[\p{M}\u1160-\u11ff]*|\s*)$/u;
  if (ours[0] === ours[1] && ours[0] <= begin) return inGroup.test(part(ours[0], begin));
  const contains = ours[0] <= begin && end <= ours[1];
  return contains && inGroup.test(part(ours[0], begin)) && inGroup.test(part(end, ours[1]));
}

describe.each(families)('tokenizer of $name', ({ name, loaded, cases, around, tokenizer }) => {
  it.each(cases)('gives the ids of tokenizers for $text', ({ text, ids }) => {
    expect(loaded.encode(text).map((token) => token.id)).toEqual(ids);
  });

  it('gives the places of tokenizers', () => {
    for (const { text, ranges } of cases) {
      const places = loaded.encode(text).map((token, i) => {
        const ours = wholeCharacters(text, token.bytes!);
        return [text, token.text, ...(isSamePlace(text, ours, ranges[i]!, token.text) ? ranges[i]! : ours)];
      });
      const expected = places.map(([, token], i) => [text, token, ...ranges[i]!]);
      expect(places).toEqual(expected);
    }
  });

  it('puts around a text what tokenizers does', () => {
    const [withSpecial, bare] = around;
    const { prefix, suffix } = loaded.special;
    expect([...prefix.map(({ id }) => id), ...bare!, ...suffix.map(({ id }) => id)]).toEqual(withSpecial);
    expect(defaultBos(tokenizer, undefined)).toBe(withSpecial!.length > bare!.length);
  });

  it('has places in bounds that never go back, chips for all tokens, and a text for every id', () => {
    const unit = fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(...cases.map((one) => one.text)),
    );
    // One character that becomes four words.
    checkPlaces(loaded.encode('a\ufdfa'), 'a\ufdfa');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 3 }), (parts) => {
        const text = parts.join('');
        checkPlaces(loaded.encode(text), text);
      }),
    );
    for (let id = -1; id <= loaded.vocabSize + 1; id++) expect(typeof loaded.decode(id), name).toBe('string');
  });
});

function checkPlaces(tokens: readonly Token[], text: string): void {
  const size = utf8Bytes(text).length;
  let [begin, end] = [0, 0];
  for (const { bytes } of tokens) {
    expect(bytes![0]).toBeGreaterThanOrEqual(begin);
    expect(bytes![1]).toBeGreaterThanOrEqual(Math.max(end, bytes![0]));
    [begin, end] = bytes!;
  }
  expect(end).toBeLessThanOrEqual(size);
  expect(joinChips(tokens, text).reduce((count, chip) => count + chip.end - chip.begin, 0)).toBe(
    tokens.length,
  );
}

const load = (name: string, config: unknown = undefined) =>
  loadTokenizer(families.find((family) => family.name === name)!.tokenizer, config);

describe('an encoder', () => {
  const bert = load('bert-uncased');

  it('has its mask, its marks around a prompt, and no BOS', () => {
    expect(bert.maskToken).toEqual({ id: 4, text: '[MASK]' });
    expect(bert.special).toEqual({ prefix: [{ id: 2, text: '[CLS]' }], suffix: [{ id: 3, text: '[SEP]' }] });
    expect(bert.bosToken).toBeNull();
    expect(bert.addsSpace).toBe(false);
    expect(load('llama3').maskToken).toBeNull();
    expect(load('roberta', { mask_token: { content: '[MASK]' } }).maskToken?.text).toBe('[MASK]');
  });

  it('reads [MASK] in the text as the mask, with the spaces that the token takes', () => {
    const mask = (tokens: readonly Token[]) => tokens.find((token) => token.text === '[MASK]')?.bytes;
    expect(mask(bert.encode('is [MASK].'))).toEqual([3, 9]);
    expect(mask(load('roberta').encode('is [MASK].'))).toEqual([2, 9]);
  });

  it('has its marks from the config where the file has no post-processor', () => {
    const { tokenizer } = families.find((family) => family.name === 'bert-cased')!;
    const bare = { ...tokenizer, post_processor: null };
    const { prefix, suffix } = loadTokenizer(bare, { cls_token: '[CLS]', sep_token: '[SEP]' }).special;
    expect([...prefix, ...suffix].map((token) => token.text)).toEqual(['[CLS]', '[SEP]']);
    expect(defaultBos(bare, undefined)).toBe(true);
  });

  it('covers the whole word with [UNK], and changed text with what it was', () => {
    const places = bert.encode('CAFÉ ☃☃ Ω!').map(({ text, bytes }) => [text, ...bytes!]);
    expect(places.slice(0, 1)).toEqual([['cafe', 0, 5]]);
    expect(places.slice(1)).toEqual([
      ['[UNK]', 6, 12],
      ['[UNK]', 13, 15],
      ['[UNK]', 15, 16],
    ]);
  });
});

describe('SentencePiece', () => {
  it('says that it puts a space before a text, and gives that space no place of its own', () => {
    expect(['llama2', 'llama2-metaspace', 't5', 'roberta'].map((name) => load(name).addsSpace)).toEqual(
      Array(4).fill(true),
    );
    expect(['gemma', 'llama3', 'neox'].map((name) => load(name).addsSpace)).toEqual(Array(3).fill(false));
    const [first, second] = load('llama2').encode('日The');
    expect([first, second].map((token) => [token!.text, ...token!.bytes!])).toEqual([
      [' ', 0, 0],
      ['日', 0, 3],
    ]);
  });
});
