/** The families whose modules the scripts know. */
import nnsightGpt2 from './python/nnsight_gpt2.py?raw';
import nnsightLlama from './python/nnsight_llama.py?raw';

export interface ScriptFamily {
  /** The nnsight script's run function: where its modules are. */
  readonly nnsight: string;
  readonly norm: 'LayerNorm' | 'RMSNorm';
}

/** Qwen 2 and Mistral have Llama's modules. */
const llama: ScriptFamily = { nnsight: nnsightLlama, norm: 'RMSNorm' };

export const scriptFamilies: Readonly<Record<string, ScriptFamily>> = {
  gpt2: { nnsight: nnsightGpt2, norm: 'LayerNorm' },
  llama,
  mistral: llama,
  qwen2: llama,
};
