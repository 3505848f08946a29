/** Presents a GGUF file as a model in Hugging Face's layout. */
import type { ByteSource } from '../bytes';
import { dequantize } from '../dequantize';
import type { TensorFile } from '../stored';
import { elements } from '../../util/elements';
import type { TokenizerSource } from '../tokenizer/files';
import { architectureOf, configOf, ROPE_DIVISORS, type RopeDivisors, storedTensors } from './architecture';
import { Metadata } from './metadata';
import { type GgufTensor, parseGguf } from './parse';

export interface GgufModel {
  /** config.json. */
  readonly config: object;
  /** Tensors under Hugging Face's names. */
  readonly file: TensorFile;
  readonly tokenizer: TokenizerSource;
  /** Assumptions, a sentence each. */
  readonly notes: readonly string[];
}

/** Most rotary pairs of a head, far above any model's. */
const MAX_DIVISORS = 2 ** 16;

/** Reads the header. Throws an Error if the file is broken or of an unsupported kind. */
export async function openGguf(source: ByteSource, where: string): Promise<GgufModel> {
  const { metadata: values, tensors } = await parseGguf(source, where);
  const metadata = new Metadata(values, where);
  const architecture = architectureOf(metadata, where);
  const divisors = await ropeDivisors(source, tensors, where);
  const names: readonly string[] = Object.values(ROPE_DIVISORS);
  const weights = tensors.filter(({ name }) => !names.includes(name));
  return {
    config: configOf(architecture, metadata, weights, divisors, where),
    tokenizer: tokenizerSource(source, metadata, where),
    notes: architecture.assumed ? [`${where}: ${architecture.assumed}`] : [],
    file: {
      source,
      tensors: storedTensors(weights, architecture, metadata, where),
    },
  };
}

/** The header's tokenizer. Later calls read it again rather than keep it. */
function tokenizerSource(source: ByteSource, first: Metadata, where: string): TokenizerSource {
  let known: Metadata | null = first;
  return async () => {
    const metadata = known ?? new Metadata((await parseGguf(source, where)).metadata, where);
    known = null;
    return { gguf: metadata.under('tokenizer.'), where };
  };
}

async function ropeDivisors(
  source: ByteSource,
  tensors: readonly GgufTensor[],
  where: string,
): Promise<RopeDivisors> {
  const found: Record<string, readonly number[]> = {};
  for (const [field, name] of Object.entries(ROPE_DIVISORS)) {
    const tensor = tensors.find((one) => one.name === name);
    if (tensor) found[field] = await readDivisors(source, tensor, where);
  }
  return found;
}

async function readDivisors(source: ByteSource, tensor: GgufTensor, where: string): Promise<number[]> {
  const count = elements(tensor.shape);
  if (count > MAX_DIVISORS) {
    throw new Error(
      `${where}: ${tensor.name}: too many values, got ${count}, expected one for each pair of a head's columns.`,
    );
  }
  return [...dequantize(tensor.dtype, await source.read(tensor.begin, tensor.end))];
}
