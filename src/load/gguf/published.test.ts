/**
 * Published vocabularies in GGUF files from llama.cpp's converter give the same ids as
 * tokenizer.json.
 */
import { expect, it } from 'vitest';
import { blobSource } from '../bytes';
import { publishedIds, publishedTokenizer } from '../testing/published';
import { loadTokenizer } from '../tokenizer';
import { Metadata } from './metadata';
import { type GgufValue, parseGguf } from './parse';
import { writeGguf } from './testing/writeGguf';
import { tokenizerOf } from './tokenizer';

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

it.each<[tokenizer: string, kind: 'gpt2' | 'llama', pre: string]>([
  ['gpt2', 'gpt2', 'gpt-2'],
  ['qwen2_5', 'gpt2', 'qwen2'],
  ['mistral_nemo', 'gpt2', 'tekken'],
  ['olmo', 'gpt2', 'olmo'],
  ['olmo2', 'gpt2', 'dbrx'],
  ['granite', 'gpt2', 'refact'],
  ['command_r_plus', 'gpt2', 'command-r'],
])('%s as a GGUF tokenizer of kind %s, pre %s', async (tokenizer, kind, pre) => {
  const { texts, ids } = publishedIds(tokenizer);
  const { added_tokens: added, model: bpe } = publishedTokenizer(tokenizer).tokenizerJson as File;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(bpe.vocab)) tokens[id] = token;
  const types: number[] = tokens.map((token) => (/^<0x..>$/.test(token) ? 6 : 1));
  for (const { id, content, special } of added) {
    tokens[id] = content;
    types[id] = special ? (content === '<unk>' && kind === 'llama' ? 2 : 3) : 4;
  }
  const metadata: Record<string, GgufValue> = {
    'tokenizer.ggml.model': kind,
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    ...(kind === 'llama'
      ? { 'tokenizer.ggml.scores': tokens.map((_, id) => -id) }
      : {
          'tokenizer.ggml.merges': bpe.merges.map((merge) =>
            typeof merge === 'string' ? merge : merge.join(' '),
          ),
        }),
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
});
