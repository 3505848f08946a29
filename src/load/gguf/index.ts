/** A GGUF file as a model in Hugging Face's layout. */
import type { ByteSource } from '../bytes';
import { dequantize } from '../dequantize';
import type { TensorFile } from '../stored';
import { architectureOf, configOf, renamed, ROPE_DIVISORS } from './architecture';
import { Metadata } from './metadata';
import { parseGguf } from './parse';
import { type GgufTokenizer, tokenizerOf } from './tokenizer';

export interface GgufModel extends GgufTokenizer {
  /** config.json. */
  readonly config: object;
  /** Tensors under Hugging Face's names. */
  readonly file: TensorFile;
}

/** Reads the header. Throws one sentence if the file is broken, or of a kind that is not supported. */
export async function openGguf(source: ByteSource, where: string): Promise<GgufModel> {
  const { metadata: values, tensors } = await parseGguf(source, where);
  const metadata = new Metadata(values, where);
  const architecture = architectureOf(metadata, where);
  const frequencies = tensors.find(({ name }) => name === ROPE_DIVISORS);
  const divisors =
    frequencies && dequantize(frequencies.dtype, await source.read(frequencies.begin, frequencies.end));
  const weights = tensors.filter((tensor) => tensor !== frequencies);
  return {
    config: configOf(architecture, metadata, weights, divisors ? [...divisors] : null),
    ...tokenizerOf(metadata, where),
    file: {
      source,
      tensors: weights.map((tensor) => renamed(tensor, architecture, metadata, architecture.name)),
    },
  };
}
