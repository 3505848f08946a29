/** The tokenizer of an open GGUF file as tokenizer.json, for tests. */
import type { GgufModel } from '..';
import { Metadata } from '../metadata';
import { type GgufTokenizer, tokenizerOf } from '../tokenizer';

export async function rebuiltTokenizer({ tokenizer }: GgufModel): Promise<GgufTokenizer> {
  const files = await tokenizer();
  if (!('gguf' in files)) throw new Error('not a GGUF file');
  return tokenizerOf(new Metadata(new Map(files.gguf), files.where), files.where);
}
