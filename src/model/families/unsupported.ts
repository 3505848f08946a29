/** Unsupported architectures by `model_type`: their kind, and the nearest supported families. */
import { quoted } from '../../util/parse';

interface Kind {
  /** As in "mixtral is ...". */
  readonly what: string;
  /** The missing feature that Loci would need; most kinds imply it by name. */
  readonly lacks?: string;
  /** Supported families, nearest first. */
  readonly nearest: readonly string[];
  readonly types: readonly string[];
  /** Fields that identify this kind in a config of an unknown type. */
  readonly fields: readonly string[];
  /** Entries of the list of layers that identify it. */
  readonly layers?: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/\s+/);

const KINDS: readonly Kind[] = [
  {
    what: 'a model of images, sound or video',
    nearest: ['llama', 'qwen2', 'gemma3_text'],
    types: words(`
      clip siglip siglip2 vit dinov2 dinov3_vit deit beit swin convnext sam detr llava llava_next
      llava_onevision vipllava mllama idefics idefics2 idefics3 smolvlm qwen2_vl qwen2_5_vl
      qwen3_vl qwen2_5_omni qwen2_audio gemma3 gemma3n gemma4 gemma4_unified paligemma pixtral
      mistral3 internvl internvl_chat blip blip-2 instructblip kosmos-2 fuyu phi3_v
      phi4_multimodal molmo florence2 wav2vec2 hubert musicgen encodec llama4
    `),
    fields: ['vision_config', 'audio_config', 'image_size'],
  },
  {
    what: 'a state-space or recurrent model without attention',
    lacks: 'layers that carry a state from token to token (Mamba, RWKV, xLSTM)',
    nearest: ['gpt_neox', 'llama'],
    types: words('mamba mamba2 falcon_mamba rwkv rwkv5 rwkv6 rwkv7 retnet xlstm hyena gla'),
    fields: ['ssm_cfg', 'state_size'],
  },
  {
    what: 'a hybrid of attention and state-space layers',
    lacks: 'the state-space layers (Mamba), whose state goes from token to token',
    nearest: ['llama', 'qwen3'],
    types: words('jamba bamba zamba zamba2 falcon_h1 granitemoehybrid nemotron_h plamo2'),
    fields: ['mamba_d_state', 'mamba_num_heads'],
    layers: ['mamba', 'mamba2'],
  },
  {
    what: 'a hybrid of attention and linear attention',
    lacks: 'the linear attention layers (gated delta rule, lightning attention) and their short convolutions',
    nearest: ['qwen3', 'olmo3', 'llama'],
    types: words(`
      qwen3_next qwen3_5 qwen3_5_text qwen3_5_moe qwen3_5_moe_text qwen4_exp qwen4_exp_text
      olmo_hybrid kimi_linear bailing_hybrid minimax glm5_next glm5_next_text
    `),
    fields: ['linear_num_value_heads', 'linear_conv_kernel_dim'],
    layers: ['linear_attention'],
  },
  {
    what: 'a hybrid of attention and short convolutions',
    lacks: 'the convolution layers',
    nearest: ['llama', 'qwen3'],
    types: words('lfm2 lfm2_moe lfm3 inkling2 inkling2_text'),
    fields: ['conv_L_cache'],
    layers: ['conv'],
  },
  {
    what: 'a hybrid of attention and gated linear recurrences',
    lacks: 'the recurrent layers (RG-LRU)',
    nearest: ['gemma2', 'gemma3_text'],
    types: words('recurrent_gemma'),
    fields: ['lru_width'],
    layers: ['recurrent'],
  },
  {
    what: 'a model of looped blocks',
    lacks: 'stacks that are run several times over the same tokens',
    nearest: ['llama', 'qwen3'],
    types: words('hrm_text'),
    fields: ['H_cycles'],
  },
  {
    what: 'a Gemma 3n text model',
    lacks:
      'AltUp (several streams side by side), LAuReL branches, embeddings for each layer, sparse activations and keys shared between layers',
    nearest: ['gemma3_text', 'gemma2'],
    types: words('gemma3n_text'),
    fields: ['altup_num_inputs', 'laurel_rank'],
  },
  {
    what: 'a Gemma 4 text model',
    lacks:
      'heads whose width differs between layers, embeddings for each layer, norms of values, keys shared between layers and a scale of each block',
    nearest: ['gemma3_text', 'gemma2'],
    types: words('gemma4_text gemma4_unified_text'),
    fields: ['global_head_dim', 'hidden_size_per_layer_input'],
  },
  {
    what: 'a mixture of experts of a family that is not supported yet',
    nearest: ['mixtral', 'qwen3_moe', 'olmoe', 'gpt_oss'],
    types: words(`
      qwen2_moe flex_olmo deepseek_v2 deepseek_v3 phimoe dbrx granitemoe granitemoeshared glm4_moe
      ernie4_5_moe hunyuan_v1_moe dots1 jetmoe grok-1 arctic deepseek bailing_moe longcat_flash
    `),
    fields: ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'],
  },
  {
    what: 'an encoder with a decoder',
    nearest: ['bert', 'gpt2'],
    types: words(`
      t5 mt5 umt5 longt5 t5gemma switch_transformers bart mbart plbart pegasus marian pegasus_x
      m2m_100 nllb-moe blenderbot blenderbot-small led prophetnet fsmt bigbird_pegasus
      encoder-decoder whisper speech_to_text seamless_m4t pix2struct trocr
    `),
    fields: ['is_encoder_decoder'],
  },
  {
    what: 'an encoder of a family that is not supported yet',
    nearest: ['bert', 'roberta', 'distilbert'],
    types: words(`
      xlm-roberta-xl camembert albert electra deberta deberta-v2 mpnet modernbert eurobert
      longformer big_bird xlm ernie nomic_bert convbert funnel esm mobilebert squeezebert rembert
      flaubert roformer xlnet luke layoutlm fnet
    `),
    fields: [],
  },
  {
    what: 'a decoder of a family that is not supported yet',
    nearest: ['gpt_neox', 'llama', 'olmo2', 'qwen3'],
    types: words(`
      codegen bloom mpt gpt_bigcode starcoder2 glm glm4 chatglm internlm internlm2 internlm3
      baichuan persimmon nemotron helium exaone exaone4 apertus arcee seed_oss xglm biogpt ctrl
      openai-gpt gpt_neox_japanese ministral hunyuan_v1_dense ernie4_5 bitnet xverse yi
    `),
    fields: [],
  },
];

/** Config fields that list the layers' kinds. */
const LAYER_LISTS = ['layer_types', 'layers_block_type', 'block_types'];

/** Why a config.json cannot be opened; `known`: the supported families. */
export function unsupportedSentence(
  config: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string {
  const type = String(config.model_type).slice(0, 60);
  const isSet = (field: string) =>
    Object.hasOwn(config, field) && config[field] !== null && config[field] !== false;
  const listed = LAYER_LISTS.flatMap((field) => (Array.isArray(config[field]) ? config[field] : []));
  const kind =
    KINDS.find(({ types }) => types.includes(type)) ??
    KINDS.find(({ fields, layers }) => fields.some(isSet) || layers?.some((layer) => listed.includes(layer)));
  if (kind) {
    const lacks = kind.lacks === undefined ? '' : ` Missing: ${kind.lacks}.`;
    return `config.json: model_type: ${quoted(type)} is ${kind.what}, which Loci does not support.${lacks} The nearest families that open: ${kind.nearest.join(', ')}.`;
  }
  return `config.json: model_type: architecture not supported, got ${quoted(type)}, expected one of: ${known.join(', ')}.`;
}

/** For tests: every refused type, and every family suggested instead. */
export const unsupportedTypes = KINDS.flatMap(({ types }) => types);
export const nearestFamilies = KINDS.flatMap(({ nearest }) => nearest);
