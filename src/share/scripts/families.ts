/** The families that scripts support. */
import type { PythonFile } from '../../util/code/pythonFile';
import { files } from './files';

export interface ScriptFamily {
  /** The nnsight script's run function for this family's modules. */
  readonly nnsight: PythonFile;
  readonly norm: 'LayerNorm' | 'RMSNorm';
}

/** Qwen 2 and Mistral have Llama's modules. */
const llama: ScriptFamily = { nnsight: files.nnsightLlama, norm: 'RMSNorm' };

export const scriptFamilies: ReadonlyMap<string, ScriptFamily> = new Map([
  ['gpt2', { nnsight: files.nnsightGpt2, norm: 'LayerNorm' }],
  ['llama', llama],
  ['mistral', llama],
  ['qwen2', llama],
]);
