/** The architectures that Loci opens, by Hugging Face's `model_type`. */
import { z } from 'zod';
import { named, parseWith } from '../../util/parse';
import type { Family } from './family';
import { bert, distilbert } from './bert';
import { cohere, cohere2 } from './cohere';
import { falcon } from './falcon';
import { gemma, gemma2, gemma3Text } from './gemma';
import { gpt2 } from './gpt2';
import { gptJ } from './gptJ';
import { gptNeo } from './gptNeo';
import { gptNeoX } from './gptNeoX';
import { granite } from './granite';
import { gptOss } from './gptOss';
import { llama } from './llama';
import { mistral } from './mistral';
import { mixtral } from './mixtral';
import { olmo, olmo2, olmo3, olmoe } from './olmo';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
import { planted } from './planted';
import { qwen2, qwen3 } from './qwen';
import { smollm3 } from './smollm3';
import { qwen3Moe } from './qwenMoe';
import { roberta, xlmRoberta } from './roberta';
import { stablelm } from './stablelm';
import { unsupportedSentence } from './unsupported';

export type { Family };

export const families: Readonly<Record<string, Family>> = {
  gpt2,
  gpt_neo: gptNeo,
  gpt_neox: gptNeoX,
  gptj: gptJ,
  gpt_oss: gptOss,
  llama,
  granite,
  smollm3,
  mistral,
  mixtral,
  qwen2,
  qwen3,
  qwen3_moe: qwen3Moe,
  gemma,
  gemma2,
  gemma3_text: gemma3Text,
  olmo,
  olmo2,
  olmo3,
  olmoe,
  phi,
  phi3,
  stablelm,
  falcon,
  cohere,
  cohere2,
  opt,
  bert,
  distilbert,
  roberta,
  'xlm-roberta': xlmRoberta,
  'loci-planted': planted,
};

const kind = z.looseObject({ model_type: z.string(), quantization_config: z.unknown().optional() });

/** The family of a config.json. Throws an Error that describes an unsupported kind of model. */
export function familyOf(config: unknown): Family {
  const asked = parseWith(kind, config, 'config.json');
  const family = Object.hasOwn(families, asked.model_type) ? families[asked.model_type] : undefined;
  if (!family) throw new Error(unsupportedSentence(asked, Object.keys(families)));
  if (asked.quantization_config != null) {
    const { quant_method: method } = asked.quantization_config as { quant_method?: unknown };
    if (method === 'mxfp4')
      throw new Error(
        'config.json: quantization_config: the weights are quantised (mxfp4), which Loci does not read. Open a copy with 16-bit weights.',
      );
    throw new Error(
      `config.json: quantization_config: the weights are quantised${typeof method === 'string' ? ` (${named(method)})` : ''}, which Loci reads from GGUF files alone. Open the model's unquantised files or a GGUF of it.`,
    );
  }
  return family;
}
