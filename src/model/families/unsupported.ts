/** Architectures that do not open: what kind each is, and which families come nearest. Names are `model_type`s. */
import { quoted } from '../../util/parse';

interface Kind {
  /** As in "mixtral is ...". */
  readonly what: string;
  /** Families that open, the nearest first. */
  readonly nearest: readonly string[];
  readonly types: readonly string[];
  /** Fields by which a config of an unknown name shows itself as this kind. */
  readonly fields: readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    what: 'a model of images, sound or video',
    nearest: ['llama', 'qwen2', 'gemma3_text'],
    types: [
      ...[
        'clip',
        'siglip',
        'siglip2',
        'vit',
        'dinov2',
        'dinov3_vit',
        'deit',
        'beit',
        'swin',
        'convnext',
        'sam',
        'detr',
      ],
      ...[
        'llava',
        'llava_next',
        'llava_onevision',
        'vipllava',
        'mllama',
        'idefics',
        'idefics2',
        'idefics3',
        'smolvlm',
      ],
      ...[
        'qwen2_vl',
        'qwen2_5_vl',
        'qwen3_vl',
        'qwen2_5_omni',
        'qwen2_audio',
        'gemma3',
        'gemma3n',
        'paligemma',
      ],
      ...[
        'pixtral',
        'mistral3',
        'internvl',
        'internvl_chat',
        'blip',
        'blip-2',
        'instructblip',
        'kosmos-2',
        'fuyu',
      ],
      ...[
        'phi3_v',
        'phi4_multimodal',
        'molmo',
        'florence2',
        'wav2vec2',
        'hubert',
        'musicgen',
        'encodec',
        'llama4',
      ],
    ],
    fields: ['vision_config', 'audio_config', 'image_size'],
  },
  {
    what: 'a state-space or linear-attention model, or a mixture of one with attention',
    nearest: ['gpt_neox', 'llama'],
    types: [
      ...[
        'mamba',
        'mamba2',
        'falcon_mamba',
        'rwkv',
        'rwkv5',
        'rwkv6',
        'rwkv7',
        'retnet',
        'xlstm',
        'hyena',
        'gla',
      ],
      ...[
        'recurrent_gemma',
        'zamba',
        'zamba2',
        'jamba',
        'bamba',
        'nemotron_h',
        'falcon_h1',
        'qwen3_next',
        'lfm2',
      ],
      ...['granitemoehybrid', 'minimax', 'kimi_linear', 'plamo2'],
    ],
    fields: ['ssm_cfg', 'mamba_d_state', 'state_size', 'linear_num_value_heads'],
  },
  {
    what: 'a mixture of experts of a family that is not written yet',
    nearest: ['mixtral', 'qwen3_moe', 'olmoe', 'gpt_oss'],
    types: [
      ...['qwen2_moe', 'flex_olmo', 'deepseek_v2', 'deepseek_v3', 'phimoe'],
      ...[
        'dbrx',
        'granitemoe',
        'granitemoeshared',
        'glm4_moe',
        'ernie4_5_moe',
        'hunyuan_v1_moe',
        'dots1',
        'jetmoe',
      ],
      ...['grok-1', 'arctic', 'deepseek', 'bailing_moe', 'longcat_flash'],
    ],
    fields: ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'],
  },
  {
    what: 'an encoder with a decoder',
    nearest: ['bert', 'gpt2'],
    types: [
      ...[
        't5',
        'mt5',
        'umt5',
        'longt5',
        't5gemma',
        'switch_transformers',
        'bart',
        'mbart',
        'plbart',
        'pegasus',
        'marian',
      ],
      ...['pegasus_x', 'm2m_100', 'nllb-moe', 'blenderbot', 'blenderbot-small', 'led', 'prophetnet', 'fsmt'],
      ...[
        'bigbird_pegasus',
        'encoder-decoder',
        'whisper',
        'speech_to_text',
        'seamless_m4t',
        'pix2struct',
        'trocr',
      ],
    ],
    fields: ['is_encoder_decoder'],
  },
  {
    what: 'an encoder of a family that is not written yet',
    nearest: ['bert', 'distilbert'],
    types: [
      ...[
        'roberta',
        'xlm-roberta',
        'xlm-roberta-xl',
        'camembert',
        'albert',
        'electra',
        'deberta',
        'deberta-v2',
        'mpnet',
      ],
      ...[
        'modernbert',
        'eurobert',
        'longformer',
        'big_bird',
        'xlm',
        'ernie',
        'nomic_bert',
        'convbert',
        'funnel',
        'esm',
      ],
      ...[
        'mobilebert',
        'squeezebert',
        'rembert',
        'flaubert',
        'roformer',
        'xlnet',
        'luke',
        'layoutlm',
        'fnet',
      ],
    ],
    fields: [],
  },
  {
    what: 'a decoder of a family that is not written yet',
    nearest: ['gpt_neox', 'llama', 'olmo2', 'qwen3'],
    types: [
      ...[
        'gptj',
        'codegen',
        'bloom',
        'falcon',
        'mpt',
        'gpt_bigcode',
        'starcoder2',
        'stablelm',
        'cohere',
        'cohere2',
        'phi3',
      ],
      ...[
        'granite',
        'glm',
        'glm4',
        'chatglm',
        'olmo3',
        'smollm3',
        'internlm',
        'internlm2',
        'internlm3',
        'baichuan',
      ],
      ...[
        'persimmon',
        'nemotron',
        'helium',
        'exaone',
        'exaone4',
        'apertus',
        'arcee',
        'seed_oss',
        'xglm',
        'biogpt',
        'ctrl',
      ],
      ...[
        'openai-gpt',
        'gpt_neox_japanese',
        'ministral',
        'hunyuan_v1_dense',
        'ernie4_5',
        'bitnet',
        'xverse',
        'yi',
      ],
    ],
    fields: [],
  },
];

/** One sentence on why a config.json does not open; `known`: the families that do. */
export function unsupportedSentence(
  config: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string {
  const type = String(config.model_type).slice(0, 60);
  const isSet = (field: string) =>
    Object.hasOwn(config, field) && config[field] !== null && config[field] !== false;
  const kind =
    KINDS.find(({ types }) => types.includes(type)) ?? KINDS.find(({ fields }) => fields.some(isSet));
  if (kind) {
    return `config.json: model_type: ${quoted(type)} is ${kind.what}, which Loci does not compute. The nearest families that open: ${kind.nearest.join(', ')}.`;
  }
  return `config.json: model_type: architecture not supported, got ${quoted(type)}, expected one of: ${known.join(', ')}.`;
}

/** For tests: every type that is refused by kind, and every family that is named in its place. */
export const unsupportedTypes = KINDS.flatMap(({ types }) => types);
export const nearestFamilies = KINDS.flatMap(({ nearest }) => nearest);
