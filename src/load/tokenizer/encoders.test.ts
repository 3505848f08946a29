/**
 * Compares RoBERTa's and XLM-R's tokenizers with `tokenizers` and transformers
 * (reference/tokenizer/encoders.py).
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../reference/tokenizer/encoders.json';
import { vocabularyFiles } from '../testing/vocabularyFiles';
import { defaultBos, type LoadedTokenizer, loadTokenizer } from '../tokenizer';
import { tokenizerFromVocabulary } from './vocabulary';

const { texts, tokenizers_json: published, vocabularies } = golden;

/** Ids of a text including what "add BOS" adds. */
function whole({ encode, special }: LoadedTokenizer, text: string): number[] {
  return [...special.prefix, ...encode(text), ...special.suffix].map(({ id }) => id);
}

const load = (tokenizer: unknown) => loadTokenizer(tokenizer, undefined);

describe.each(published)('tokenizer.json of $name', ({ name, tokenizer, ids }) => {
  const loaded = load(tokenizer);

  it('gives the ids of tokenizers for 200 texts, with what it puts around them', () => {
    expect(texts).toHaveLength(200);
    texts.forEach((text, i) => {
      expect(whole(loaded, text), JSON.stringify(text)).toEqual(ids[i]);
    });
    expect(defaultBos(tokenizer, undefined)).toBe(true);
  });

  it('reads <mask> as the mask, with the space before it', () => {
    expect(loaded.special.prefix.map(({ text }) => text)).toEqual(['<s>']);
    expect(loaded.special.suffix.map(({ text }) => text)).toEqual(['</s>']);
    expect(loaded.maskToken?.text).toBe('<mask>');
    const masks = loaded.encode('Paris is <mask>.').filter(({ id }) => id === loaded.maskToken!.id);
    expect(masks.map(({ bytes }) => bytes)).toEqual([[8, 15]]);
    expect(loaded.addsSpace).toBe(name === 'xlm-roberta');
  });
});

describe.each(vocabularies)('vocab.json and merges.txt of $name', ({ files, ids }) => {
  const { vocab, merges } = published[0]!.tokenizer.model as unknown as {
    vocab: Record<string, number>;
    merges: [string, string][];
  };
  const vocabJson = { ...vocab, '<mask>': Object.keys(vocab).length };
  const mergesText = `#version: 0.2\n${merges.map((pair) => pair.join(' ')).join('\n')}\n`;
  const given = { 'vocab.json': vocabJson, 'merges.txt': mergesText, ...files };

  it("gives the ids of transformers' RobertaTokenizer", () => {
    const made = tokenizerFromVocabulary(vocabularyFiles(given, 'roberta'))!;
    const loaded = loadTokenizer(made.tokenizer, made.tokenizerConfig);
    texts.forEach((text, i) => {
      expect(whole(loaded, text), JSON.stringify(text)).toEqual(ids[i]);
    });
    expect(loaded.maskToken?.text).toBe('<mask>');
  });
});
