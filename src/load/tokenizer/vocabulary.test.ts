/** Compares tokenizers without tokenizer.json with transformers' classes on the same files. */
import { describe, expect, it } from 'vitest';
import golden from '../../../reference/loading/vocabularies.json';
import { vocabularyFiles } from '../testing/vocabularyFiles';
import { loadTokenizer } from '../tokenizer';
import { tokenizerFromVocabulary, type VocabularyFiles } from './vocabulary';

const empty = vocabularyFiles({}, 'gpt2');

const load = (files: VocabularyFiles) => {
  const made = tokenizerFromVocabulary(files)!;
  return loadTokenizer(made.tokenizer, made.tokenizerConfig);
};

const small = { vocabJson: { a: 0, b: 1, ab: 2 }, merges: 'a b' };

describe('vocab.json with merges.txt, and vocab.txt', () => {
  it.each(['__proto__', 'constructor', 'toString'])('keep a word %j', async (word) => {
    const vocabJson: unknown = JSON.parse(`{"a":0,"b":1,"ab":2,${JSON.stringify(word)}:3}`);
    const tokenizer = load({ ...empty, ...small, vocabJson });
    expect(tokenizer.vocabSize).toBe(4);
    expect(tokenizer.decode(3)).toBe(word);
    // With its own id, the name is a single token even if it is also an added one.
    const added = load({ ...empty, ...small, vocabJson, specialTokens: { unk_token: word } });
    expect((await added.encode(`a${word}`)).map((one) => one.id)).toEqual([0, 3]);
  });

  it('keep an added token "__proto__"', async () => {
    const tokenizer = load({ ...empty, ...small, addedTokens: JSON.parse('{"__proto__":9}') });
    expect((await tokenizer.encode('a__proto__')).map((one) => one.id)).toEqual([0, 9]);
  });

  it.each(golden.cases)('give the ids of transformers: $name', ({ files, ids }) => {
    const tokenizer = load(vocabularyFiles(files, 'gpt2'));
    golden.texts.forEach((text, i) => {
      const got = tokenizer.encode(text).map(({ id }) => id);
      expect(got, JSON.stringify(text)).toEqual(ids[i]);
    });
  });

  it('name their special tokens', () => {
    const bert = load(
      vocabularyFiles(golden.cases.find(({ name }) => name === 'bert, cased')!.files, 'gpt2'),
    );
    expect(bert.special.prefix.map(({ text }) => text)).toEqual(['[CLS]']);
    expect(bert.special.suffix.map(({ text }) => text)).toEqual(['[SEP]']);
    expect(bert.maskToken?.text).toBe('[MASK]');
    const opt = load(vocabularyFiles(golden.cases.find(({ name }) => name === 'opt')!.files, 'gpt2'));
    expect(opt.bosToken).toEqual({ id: 330, text: '</s>' });
  });

  it('are nothing if one of two is missing', () => {
    expect(tokenizerFromVocabulary({ ...empty, vocabJson: {} })).toBeNull();
    expect(tokenizerFromVocabulary({ ...empty, merges: '' })).toBeNull();
  });

  it.each<[string, Partial<VocabularyFiles>, RegExp]>([
    ['a merge of three', { merges: 'a b c' }, /^merges\.txt: wrong line, got "a b c"/],
    ['ids that are none', { vocabJson: { a: -1 } }, /^vocab\.json: a: wrong value, got -1/],
    [
      'a class that has other steps',
      { tokenizerConfig: { tokenizer_class: 'WhisperTokenizer' } },
      /tokenizer_class: cannot be made of vocab\.json, got "WhisperTokenizer"/,
    ],
    ['tokens that are none', { addedTokens: { x: 'y' } }, /^added_tokens\.json: x: wrong value/],
  ])('are refused in one sentence: %s', (_, change, sentence) => {
    expect(() => load({ ...empty, ...small, ...change })).toThrow(sentence);
  });

  it('of BERT need the tokens that stand around a text', () => {
    expect(() => load({ ...empty, vocabText: 'a\nb\n' })).toThrow(/^vocab\.txt: has no "\[CLS\]"/);
  });
});
