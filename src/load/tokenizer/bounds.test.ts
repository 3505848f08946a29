/**
 * Whatever a tokenizer's file says, its effect on a text is bounded; every error is one sentence.
 */
import { describe, expect, it } from 'vitest';
import { expanding, tokenizerWith } from '../testing/hostile';
import { loadTokenizer } from '../tokenizer';
import { loadAddedTokens } from './added';
import { loadMerges } from './merges';
import { loadNormalizer } from './normalize';
import { MAX_TEXT, place } from './placed';
import { loadPreTokenizer } from './split';

const encode = (parts: Readonly<Record<string, unknown>>, text: string) =>
  loadTokenizer(tokenizerWith(parts), undefined).encode(text);
const sequence = (field: string, steps: readonly object[]) => ({ type: 'Sequence', [field]: steps });
const replace = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content });
const TOO_MUCH =
  /^tokenizer: its normalizer or pre-tokenizer expands a text too much, got over 4\d{3} characters,/;
/** Measures processor time, so that a busy machine does not matter. */
const inSeconds = <T>(most: number, action: () => T): T => {
  const began = process.cpuUsage().user;
  const result = action();
  expect((process.cpuUsage().user - began) / 1e6).toBeLessThan(most);
  return result;
};

describe('a text that is made too long', () => {
  const metaspace = { type: 'Metaspace', replacement: '▁'.repeat(3000), split: false };
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['by forty normalizers that double', expanding, 'a'],
    ['by one long replacement', { normalizer: replace('b'.repeat(5000)) }, 'aa'],
    [
      'by a replacement of nothing',
      { normalizer: { ...replace('c'.repeat(4000)), pattern: { Regex: '' } } },
      'ab',
    ],
    ['by a prefix', { normalizer: { type: 'Prepend', prepend: 'x'.repeat(6000) } }, 'a'],
    ['by what stands for a space', { pre_tokenizer: metaspace }, 'a b c'],
    [
      'by a prefix of each of many words',
      { pre_tokenizer: sequence('pretokenizers', [{ type: 'Whitespace' }, ...Array(4).fill(metaspace)]) },
      'a b c',
    ],
  ])('%s is refused', (_, parts, text) => {
    expect(() => inSeconds(1, () => encode(parts, text))).toThrow(TOO_MUCH);
  });

  it('may grow as published tokenizers let it', () => {
    // One character that becomes eighteen in NFKC.
    expect(encode({ normalizer: { type: 'NFKC' } }, '\ufdfa'.repeat(1000)).length).toBeGreaterThan(1000);
  });

  it('is refused where it was typed too long', () => {
    expect(() => encode({}, 'a'.repeat(MAX_TEXT + 1))).toThrow(
      `tokenizer: the text is too long, got ${MAX_TEXT + 1} characters, expected at most ${MAX_TEXT}. Take a part of it.`,
    );
  });
});

describe('a file with too many steps', () => {
  const nest = (depth: number): object =>
    depth === 0 ? { type: 'NFC' } : sequence('normalizers', [nest(depth - 1)]);
  it.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { normalizer: sequence('normalizers', Array(257).fill({ type: 'NFC' })) },
      'tokenizer.json: normalizers: too many, got over 256 steps, expected fewer.',
    ],
    [{ normalizer: nest(17) }, 'got Sequences over 16 deep, expected fewer.'],
    [
      { pre_tokenizer: { type: 'Split', pattern: { Regex: 'a'.repeat(2 ** 14 + 1) }, behavior: 'Removed' } },
      'tokenizer.json: pre_tokenizer',
    ],
  ])('is refused (%#)', (parts, sentence) => {
    expect(() => encode(parts, 'a')).toThrow(sentence);
  });
});

describe('a long text', () => {
  const long = ' '.repeat(100_000);
  const spaced = `${long}a${long}b`;

  it.each([
    ['Strip', { type: 'Strip', strip_left: true, strip_right: true }, 'a', 'b'],
    ['Strip on the left', { type: 'Strip', strip_right: false }, 'a', 'b'],
    ['Strip on the right', { type: 'Strip', strip_left: false }, ' ', 'b'],
  ])('is stripped in a time that grows with its length: %s', (_, config, first, last) => {
    const { text } = inSeconds(1, () => loadNormalizer(config)(place(`${spaced}`)));
    expect([text[0], text.at(-1)]).toEqual([first, last]);
  });

  it('has its added tokens found, with the blanks around them, in such a time', () => {
    const token = { id: 1, content: '<x>', lstrip: true, rstrip: true, single_word: true, special: true };
    const sectionsOf = loadAddedTokens([token], (placed) => placed);
    const text = `${long}<x>${long}<x>a<x>`.repeat(3) + 'é<x>'.repeat(20_000);
    const sections = inSeconds(2, () => sectionsOf(place(text)));
    const first = sections.find(({ added }) => added)!;
    expect(first.placed.text).toBe(`${long}<x>${long}`);
    // A letter on either side: no token.
    expect(sections.filter(({ added }) => added)).toHaveLength(3);
  });

  it('is split in such a time', () => {
    const { split } = loadPreTokenizer({ type: 'ByteLevel', use_regex: true });
    expect(inSeconds(2, () => split(place(spaced), true))).toHaveLength(4);
  });
});

describe('names and merges', () => {
  it.each(['__proto__', 'constructor', 'toString', ''])('a token may be called %j', (name) => {
    const vocab = JSON.parse(`{"a": 0, ${JSON.stringify(name)}: 1}`) as object;
    const { decode, vocabSize } = loadTokenizer(
      { model: { type: 'BPE', vocab, merges: [] }, decoder: { type: 'ByteLevel' } },
      undefined,
    );
    expect([vocabSize, decode(1)]).toEqual([2, name]);
  });

  it('are read in a moment where there are many', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `t${i}`);
    const vocab = names.map((name) => [name, -1]);
    const file = { model: { type: 'Unigram', vocab, unk_id: 0 } };
    expect(inSeconds(3, () => loadTokenizer(file, undefined)).vocabSize).toBe(100_000);
    vocab[50_000] = ['x', 'y'];
    expect(() => loadTokenizer(file, undefined)).toThrow(
      'tokenizer.json: model.vocab[50000]: wrong value, got ["x","y"]',
    );
  });

  it('are found however their ids are chosen', () => {
    // Without a seed these pairs would all collide: left ^ right * 0x9e3779b1 is constant.
    const idOf = new Map<string, number>();
    const merges: string[] = [];
    for (let right = 0; merges.length < 60_000; right++) {
      const left = (Math.imul(right, 0x9e3779b1) >>> 0) & 0xffffff;
      if (((Math.imul(right, 0x9e3779b1) >>> 24) & 0xff) !== 0) continue;
      const pair = [left, right].map((id) => `${id}`) as [string, string];
      idOf.set(pair[0], left).set(pair[1], right);
      merges.push(pair.join(' '));
    }
    const rankOf = inSeconds(1.5, () => loadMerges(merges, idOf));
    expect(rankOf(...(merges[59_999]!.split(' ') as [string, string]))).toBe(59_999);
  });
});
