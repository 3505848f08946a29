import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../reference/tokenizer/golden.json';
import { joinChips, loadTokenizer } from './tokenizer';

const BOS = '<|endoftext|>';
const tokenizer = loadTokenizer(golden.tokenizer, { bos_token: BOS });
const texts = (text: string) => tokenizer.encode(text).map((token) => token.text);

describe('tokenizer', () => {
  it("agrees with Hugging Face's tokenizers on every golden text, and adds no BOS", () => {
    for (const { text, ids } of golden.cases) {
      expect(
        tokenizer.encode(text).map((token) => token.id),
        JSON.stringify(text),
      ).toEqual(ids);
    }
  });

  it('gives byte ranges that cover any text without gap, and never a BOS', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const tokens = tokenizer.encode(text);
        let at = 0;
        for (const token of tokens) {
          expect(token.bytes![0]).toBe(at);
          expect(token.isBos).toBe(false);
          at = token.bytes![1];
        }
        expect(at).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });

  it('shows leading spaces, and U+FFFD for a piece of a character', () => {
    expect(texts('The capital')).toEqual(['The', ' capital']);
    expect(texts('日')).toEqual(['\ufffd', '\ufffd', '\ufffd']);
    expect(tokenizer.encode('a日').map((token) => token.bytes)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(texts('\ufeff').join('')).not.toBe('');
  });

  it("reads a special token's name in the text as that token, with the name's bytes", () => {
    expect(tokenizer.encode(`of${BOS} of`)).toEqual([
      { id: tokenizer.encode('of')[0]!.id, text: 'of', bytes: [0, 2], isBos: false },
      { id: 0, text: BOS, bytes: [2, 15], isBos: false },
      { id: tokenizer.encode(' of')[0]!.id, text: ' of', bytes: [15, 18], isBos: false },
    ]);
  });

  it('decodes single ids, and ids without a token', () => {
    expect(tokenizer.decode(0)).toBe(BOS);
    expect(tokenizer.decode(99999)).toBe('<unused 99999>');
    expect(tokenizer.vocabSize).toBe(Object.keys(golden.tokenizer.model.vocab).length);
  });

  it('finds the BOS token: the card first, then tokenizer_config.json, then config.json', () => {
    const bos = (config: unknown, hints = {}) => loadTokenizer(golden.tokenizer, config, hints).bosToken;
    expect(bos({ bos_token: { content: BOS } }, { modelConfig: 5 })).toEqual({ id: 0, text: BOS });
    expect(bos({ bos_token: BOS }, { card: '!' })).toEqual({ id: 1, text: '!' });
    expect(bos(undefined, { modelConfig: 0 })).toEqual({ id: 0, text: BOS });
    expect(bos({ bos_token: null }, { modelConfig: 50256 })).toBeNull();
    expect(bos({})).toBeNull();
    expect(() => bos({ bos_token: '<s>' })).toThrow(
      new Error(
        "tokenizer.json: the BOS token is not in the vocabulary, got '<s>', expected one of its tokens.",
      ),
    );
  });

  it.each([
    [
      'another algorithm',
      { model: { ...golden.tokenizer.model, type: 'Unigram' } },
      /model\.type: wrong value, got "Unigram"/,
    ],
    ['another decoder', { decoder: { type: 'Metaspace' } }, /decoder\.type: wrong value, got "Metaspace"/],
    [
      'a vocabulary that is none',
      { model: { type: 'BPE', vocab: [], merges: [] } },
      /model\.vocab: wrong value, got \[\]/,
    ],
    ['merges that are none', { model: { ...golden.tokenizer.model, merges: [1] } }, /cannot be used \(/],
  ])('refuses %s', (_, change, sentence) => {
    expect(() => loadTokenizer({ ...golden.tokenizer, ...change }, null)).toThrow(sentence);
    expect(() => loadTokenizer({ ...golden.tokenizer, ...change }, null)).toThrow(/^tokenizer\.json: /);
  });

  it('refuses to place tokens where the tokenizer changes the text', () => {
    const lower = loadTokenizer({ ...golden.tokenizer, normalizer: { type: 'Lowercase' } }, {});
    expect(lower.encode('the')).toHaveLength(1);
    expect(() => lower.encode('a The')).toThrow(
      /^tokenizer: the tokens do not spell "a The", got " the" at byte 1, expected " The"\./,
    );
    const { '!': _, ...vocab } = golden.tokenizer.model.vocab;
    const gap = loadTokenizer({ ...golden.tokenizer, model: { ...golden.tokenizer.model, vocab } }, {});
    expect(() => gap.encode('of!')).toThrow(/got "nothing" at byte 2, expected "!"/);
  });
});

describe('joinChips', () => {
  it('joins the pieces of a character and nothing else', () => {
    const prompt = 'The 日本é of';
    const tokens = tokenizer.encode(prompt);
    const chips = joinChips(tokens, prompt);
    expect(chips.map((chip) => chip.text)).toEqual(['The', ' ', '日', '本', 'é', ' of']);
    expect(chips.map((chip) => chip.end - chip.begin)).toEqual([1, 1, 3, 3, 2, 1]);
  });

  it('keeps BOS a chip of its own', () => {
    const bos = { id: 0, text: BOS, bytes: null, isBos: true };
    expect(joinChips([bos, ...tokenizer.encode('日')], '日')).toEqual([
      { begin: 0, end: 1, text: BOS },
      { begin: 1, end: 4, text: '日' },
    ]);
    expect(joinChips([bos], '')).toEqual([{ begin: 0, end: 1, text: BOS }]);
  });

  it('covers all tokens of any text, and spells it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const tokens = tokenizer.encode(text);
        const chips = joinChips(tokens, text);
        expect(chips.map((chip) => chip.text).join('')).toBe(text);
        expect(chips.at(-1)?.end ?? 0).toBe(tokens.length);
      }),
    );
  });
});
