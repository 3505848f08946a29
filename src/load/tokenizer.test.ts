import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../reference/tokenizer/golden.json';
import { defaultBos, joinChips, loadTokenizer } from './tokenizer';

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

  it('shows leading spaces, and the bytes of a piece of a character', () => {
    expect(texts('The capital')).toEqual(['The', ' capital']);
    expect(texts('日')).toEqual(['<0xE6>', '<0x97>', '<0xA5>']);
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
    expect(tokenizer.decodeAll(tokenizer.encode('a日 b').map(({ id }) => id))).toBe('a日 b');
    expect(tokenizer.decodeAll([0, 99999])).toBe(`${BOS}<unused 99999>`);
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
      { model: { ...golden.tokenizer.model, type: 'WordLevel' } },
      /model\.type: wrong value/,
    ],
    [
      'a vocabulary of another algorithm',
      { model: { ...golden.tokenizer.model, type: 'Unigram' } },
      /model\.vocab: wrong value/,
    ],
    [
      'a vocabulary that is none',
      { model: { type: 'BPE', vocab: [], merges: [] } },
      /model\.vocab: wrong value, got \[\]/,
    ],
    ['merges that are none', { model: { ...golden.tokenizer.model, merges: [1] } }, /merges\[0\]: .* got 1,/],
    [
      'a merge of a token that there is not',
      { model: { ...golden.tokenizer.model, merges: ['! <none>'] } },
      /model\.merges\[0\]: wrong value, got "! <none>", expected two tokens of the vocabulary/,
    ],
    ['an unknown normalizer', { normalizer: { type: 'Rot13' } }, /normalizer: type: wrong value/],
    [
      'an unknown pre-tokenizer',
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [{}] } },
      /type: wrong value/,
    ],
    ['a post-processor that is none', { post_processor: 7 }, /wrong value, got 7/],
    [
      'a pattern that is none',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
      /pattern cannot be used/,
    ],
    [
      'a special token without id',
      { added_tokens: [{ content: '<s>' }] },
      /added_tokens\[0\]\.id: wrong value/,
    ],
    [
      'a special token before the first',
      { added_tokens: [{ id: -1, content: '<s>' }] },
      /added_tokens\[0\]\.id: wrong value, got -1/,
    ],
    [
      'a name of endless length',
      { added_tokens: [{ id: 1, content: 'a'.repeat(2 ** 20) }] },
      /added_tokens\[0\]\.content: wrong value, got [^\n]{1,200}$/,
    ],
    ['no model', { model: null }, /model: wrong value, got null/],
  ])('refuses %s', (_, change, sentence) => {
    expect(() => loadTokenizer({ ...golden.tokenizer, ...change }, null)).toThrow(sentence);
    expect(() => loadTokenizer({ ...golden.tokenizer, ...change }, null)).toThrow(/^tokenizer\.json: /);
  });

  it('loads any damaged file, or refuses it in one sentence that names it', () => {
    const parts = ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder', 'added_tokens', 'model'];
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom(...parts),
        json,
        fc.constantFrom('Split', 'Replace', 'Metaspace', 'BPE', 'Unigram', 'WordPiece'),
        (part, value, type) => {
          for (const broken of [value, { type, ...(value as object) }]) {
            try {
              loadTokenizer({ ...golden.tokenizer, [part]: broken }, {}).encode('The capital');
            } catch (error) {
              expect(error).toBeInstanceOf(Error);
              expect((error as Error).message).toMatch(/^tokenizer(\.json)?: .*[.]$/s);
            }
          }
        },
      ),
    );
  });

  it('follows text that the tokenizer changes, and refuses where it drops text', () => {
    const lower = loadTokenizer({ ...golden.tokenizer, normalizer: { type: 'Lowercase' } }, {});
    expect(lower.encode('a The').at(-1)).toEqual({
      id: lower.encode('a the').at(-1)!.id,
      text: ' the',
      bytes: [1, 5],
      isBos: false,
    });
    const { '!': _, ...vocab } = golden.tokenizer.model.vocab;
    const gap = loadTokenizer({ ...golden.tokenizer, model: { ...golden.tokenizer.model, vocab } }, {});
    expect(() => gap.encode('of!')).toThrow(
      /^tokenizer: the tokens do not spell "of!", got "nothing" at byte 2, expected "!"/,
    );
  });

  it('needs no part of the file but the model', () => {
    const { model, pre_tokenizer } = golden.tokenizer;
    const bare = loadTokenizer({ model, pre_tokenizer }, { eos_token: BOS });
    expect(bare.encode('The').map((token) => token.text)).toEqual(['The']);
    expect(bare.eosToken).toEqual({ id: 0, text: BOS });
    expect(loadTokenizer({ model, pre_tokenizer }, { eos_token: 'none' }).eosToken).toBeNull();
    expect(defaultBos({ model }, undefined)).toBe(false);
  });

  it('puts BOS before a prompt where there is one: the card first, then the post-processor, then the config', () => {
    const special = (file: object, config: unknown, hints = {}) =>
      loadTokenizer({ ...golden.tokenizer, ...file }, config, hints).special;
    expect(special({}, {})).toEqual({ prefix: [{ id: 0, text: BOS }], suffix: [] });
    expect(special({}, {}, { card: '!' })).toEqual({ prefix: [{ id: 1, text: '!' }], suffix: [] });
    expect(special({ post_processor: null }, {})).toEqual({ prefix: [], suffix: [] });
    expect(special({ post_processor: null }, { bos_token: BOS }).prefix).toEqual([{ id: 0, text: BOS }]);
    // As an encoder has it, or Command-R, whose config rules the end out.
    const ids = { sep: [BOS, 0], cls: [BOS, 0] };
    const around = { post_processor: { type: 'BertProcessing', ...ids } };
    expect(special(around, {}).suffix).toEqual([{ id: 0, text: BOS }]);
    expect(special(around, { add_eos_token: false })).toEqual({ prefix: [{ id: 0, text: BOS }], suffix: [] });
    expect(defaultBos(golden.tokenizer, undefined)).toBe(true);
    expect(defaultBos(golden.tokenizer, { add_bos_token: false })).toBe(false);
    expect(defaultBos({ ...golden.tokenizer, post_processor: null }, { bos_token: BOS })).toBe(false);
    expect(defaultBos({ ...golden.tokenizer, post_processor: null }, { add_bos_token: true })).toBe(true);
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
