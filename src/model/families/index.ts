/** The architectures that Loci can open, by Hugging Face's `model_type`. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { Family } from './family';
import { bert, distilbert } from './bert';
import { gemma, gemma2, gemma3Text } from './gemma';
import { gpt2 } from './gpt2';
import { gptNeo } from './gptNeo';
import { gptNeoX } from './gptNeoX';
import { llama } from './llama';
import { mistral } from './mistral';
import { olmo, olmo2 } from './olmo';
import { opt } from './opt';
import { phi } from './phi';
import { planted } from './planted';
import { qwen2, qwen3 } from './qwen';

export type { Family };

export const families: Readonly<Record<string, Family>> = {
  gpt2,
  gpt_neo: gptNeo,
  gpt_neox: gptNeoX,
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3_text: gemma3Text,
  olmo,
  olmo2,
  phi,
  opt,
  bert,
  distilbert,
  'loci-planted': planted,
};

/** The family of a config.json. Throws one sentence if there is none. */
export function familyOf(config: unknown): Family {
  const { model_type: type } = parseWith(z.object({ model_type: z.string() }), config, 'config.json');
  const family = Object.hasOwn(families, type) ? families[type] : undefined;
  if (!family) {
    const known = Object.keys(families).join(', ');
    throw new Error(
      `config.json: model_type: architecture not supported, got '${type}', expected one of: ${known}.`,
    );
  }
  return family;
}
