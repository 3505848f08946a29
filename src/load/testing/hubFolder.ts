/**
 * Converts a GGUF file to the folder that a hub publishes for the same model: config.json,
 * tokenizer files and one safetensors file of half floats, with an untied unembedding, which makes
 * SmolLM2-135M's larger than 300 MB. For tests of loading.
 */
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeF16 } from '../../util/halves';
import { rowsOf } from '../assemble';
import type { ByteSource } from '../bytes';
import { dequantize } from '../dequantize';
import { openGguf } from '../gguf';
import { rebuiltTokenizer } from '../gguf/testing/tokenizer';
import { isStoredType, type StoredTensor } from '../stored';

const EMBEDDING = 'model.embed_tokens.weight';
const UNEMBEDDING = 'lm_head.weight';
export const WEIGHTS = 'model.safetensors';

/**
 * Rewrites the folder; `gguf` must be of the llama family. Holds one tensor in memory at a time.
 */
export async function writeHubFolder(gguf: ByteSource, folder: string): Promise<void> {
  const model = await openGguf(gguf, gguf.name);
  const { config, file } = model;
  const { tokenizerJson, tokenizerConfig } = await rebuiltTokenizer(model);
  await mkdir(folder, { recursive: true });
  const json = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
  await json('config.json', { ...config, tie_word_embeddings: false });
  await json('tokenizer.json', tokenizerJson);
  await json('tokenizer_config.json', tokenizerConfig);

  const tied = file.tensors.find(({ name }) => name === EMBEDDING)!;
  const tensors = [...file.tensors, { ...tied, name: UNEMBEDDING }];
  // Written under another name first: an interrupted run leaves no partial file.
  const path = join(folder, WEIGHTS);
  const out = await open(`${path}.part`, 'w');
  try {
    await out.write(header(tensors));
    for (const tensor of tensors) await out.write(await halves(gguf, tensor));
  } finally {
    await out.close();
  }
  await rename(`${path}.part`, path);
}

/** The safetensors header of consecutive F16 tensors. */
function header(tensors: readonly StoredTensor[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const bytes = new Uint8Array(8 + 8 * Math.ceil(text.length / 8)).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}

async function halves(gguf: ByteSource, { name, dtype, shape, begin, end, place }: StoredTensor) {
  if (!isStoredType(dtype)) throw new Error(`${name}: a type without weights, got ${dtype}.`);
  const stored = dequantize(dtype, await gguf.read(begin, end));
  const { rows, width } = rowsOf(shape);
  const values = place ? new Float32Array(stored.length) : stored;
  for (let row = 0; place && row < rows; row++) {
    values.set(stored.subarray(row * width, (row + 1) * width), place(row) * width);
  }
  return encodeF16(values, name);
}
