/** Published vocabularies in llama.cpp's GGUF files give the same ids as tokenizer.json. */
import { expect, it } from 'vitest';
import { blobSource } from '../bytes';
import { publishedModels, publishedTokenizer, textsOf } from '../testing/published';
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

it.each<[model: string, kind: 'gpt2' | 'llama', pre: string]>([
  ['openai-community/gpt2', 'gpt2', 'gpt-2'],
  ['Qwen/Qwen2.5-0.5B', 'gpt2', 'qwen2'],
  ['mistralai/Mistral-Nemo-Base-2407', 'gpt2', 'tekken'],
  ['allenai/OLMo-1B-hf', 'gpt2', 'olmo'],
  ['allenai/OLMo-2-0425-1B', 'gpt2', 'dbrx'],
])('%s as a GGUF tokenizer of kind %s, pre %s', async (model, kind, pre) => {
  const { tokenizer, results } = publishedModels[model]!;
  const texts = textsOf(publishedModels[model]!);
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
  for (const [i, { ids }] of results.entries()) {
    expect(
      encode(texts[i]!).map(({ id }) => id),
      texts[i],
    ).toEqual(ids);
  }
});
