/** A published vocabulary as a GGUF file of llama.cpp's converter holds it: the same ids as from tokenizer.json. */
import { expect } from 'vitest';
import { blobSource } from '../../bytes';
import { publishedIds, publishedTokenizer } from '../../testing/published';
import { loadTokenizer } from '../../tokenizer';
import { Metadata } from '../metadata';
import { type GgufValue, parseGguf } from '../parse';
import { tokenizerOf } from '../tokenizer';
import { writeGguf } from './writeGguf';

interface File {
  readonly added_tokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly string[])[];
  };
}

/** `pre`: llama.cpp's name of the rule by which text is cut. */
export async function expectPublishedVocabulary(tokenizer: string, pre: string): Promise<void> {
  const { texts, ids } = publishedIds(tokenizer);
  const { added_tokens: added, model: bpe } = publishedTokenizer(tokenizer).tokenizerJson as File;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(bpe.vocab)) tokens[id] = token;
  const types: number[] = tokens.map(() => 1);
  for (const { id, content, special } of added) {
    tokens[id] = content;
    types[id] = special ? 3 : 4;
  }
  const metadata: Record<string, GgufValue> = {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.merges': bpe.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
  };
  const file = writeGguf(new Map(Object.entries(metadata)), []);
  const { metadata: read } = await parseGguf(blobSource('x.gguf', file), 'x.gguf');
  const rebuilt = tokenizerOf(new Metadata(read, 'x.gguf'), 'x.gguf');
  const { encode } = loadTokenizer(rebuilt.tokenizerJson, rebuilt.tokenizerConfig);
  for (const [i, text] of texts.entries()) {
    expect(
      encode(text).map(({ id }) => id),
      text,
    ).toEqual(ids[i]);
  }
}
