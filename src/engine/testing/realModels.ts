/**
 * The real pretrained models fetched by `scripts/fetch-models.mjs`, with their golden numbers, for
 * the tests that `npm run test:real` runs in Node.
 */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, type Safetensors } from '../../load/safetensors';
import type { ModelSource } from '../api';

const root = join(import.meta.dirname, '../../..');
export const MODELS = join(root, '.cache', 'models');
export const SMOLLM2 = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const MINILM = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** Files on disk as a user would choose them; bytes are read on demand. */
async function filesOf(title: string, folder: string, names: readonly string[]): Promise<ModelSource> {
  const blobs = names.map(async (name) => [name, await openAsBlob(join(MODELS, folder, name))] as const);
  return { kind: 'files', title, files: new Map(await Promise.all(blobs)) };
}

/** One GGUF file. */
export const smollm2Source = () => filesOf('SmolLM2', 'smollm2', [SMOLLM2]);
/** A folder in Hugging Face's layout. */
export const minilmSource = () => filesOf('MiniLM', 'minilm', MINILM);

export async function realJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(root, 'reference', 'real', name), 'utf8'));
}

export async function realTensors(name: string): Promise<Safetensors> {
  return openSafetensors(await openAsBlob(join(root, 'reference', 'real', name)), name);
}

/** A tolerance is a claim, so print the measured error beside it. */
export const report = (line: string): void => void process.stdout.write(`${line}\n`);
