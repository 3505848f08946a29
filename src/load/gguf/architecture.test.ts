import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../../model/families';
import { concat } from '../../util/concat';
import { blobSource } from '../bytes';
import { openSafetensors, openTensorFile } from '../safetensors';
import { checkpointWeights } from '../weights';
import { openGguf } from '.';
import type { GgufValue } from './parse';
import { type TensorToWrite, writeGguf } from './testing/writeGguf';

const GOLDENS = 'reference/goldens';
const read = async (path: string) => new Blob([new Uint8Array(await readFile(`${GOLDENS}/${path}`))]);

interface Config {
  readonly num_hidden_layers: number;
  readonly max_position_embeddings: number;
  readonly hidden_size: number;
  readonly intermediate_size?: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number;
  readonly vocab_size: number;
}

/**
 * Hugging Face's names -> those of the `gguf` package (`get_tensor_name_map`), without 'model.',
 * layer and '.weight'.
 */
const NAMES: Readonly<Record<string, string>> = {
  embed_tokens: 'token_embd',
  norm: 'output_norm',
  final_layernorm: 'output_norm',
  lm_head: 'output',
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.dense': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.fc1': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
  'mlp.fc2': 'ffn_down',
  'mlp.gate': 'ffn_gate_inp',
  'block_sparse_moe.gate': 'ffn_gate_inp',
  'self_attn.qkv_proj': 'attn_qkv',
  'mlp.gate_up_proj': 'ffn_up',
  word_embeddings: 'token_embd',
  ln_f: 'output_norm',
  ln_mlp: 'attn_norm',
  ln_attn: 'attn_norm_2',
  'self_attention.query_key_value': 'attn_qkv',
  'self_attention.dense': 'attn_output',
  'mlp.dense_h_to_4h': 'ffn_up',
  'mlp.dense_4h_to_h': 'ffn_down',
};
/** An expert's modules -> the tensor of all experts. */
const EXPERTS: Readonly<Record<string, string>> = {
  gate_proj: 'ffn_gate_exps',
  up_proj: 'ffn_up_exps',
  down_proj: 'ffn_down_exps',
  w1: 'ffn_gate_exps',
  w3: 'ffn_up_exps',
  w2: 'ffn_down_exps',
};
const OLMO2 = {
  post_attention_layernorm: 'post_attention_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};

/** Permutes rows as llama.cpp's converter does: `reshape(heads, 2, K/2, width).swapaxes(1, 2)`. */
function permuted(values: Float32Array, rows: number, heads: number): Float32Array {
  const width = values.length / rows;
  const K = rows / heads;
  const out = new Float32Array(values.length);
  let to = 0;
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < K / 2; i++) {
      for (let half = 0; half < 2; half++, to++) {
        const from = head * K + half * (K / 2) + i;
        out.set(values.subarray(from * width, (from + 1) * width), to * width);
      }
    }
  }
  return out;
}

/**
 * Falcon's rows as llama.cpp's converter orders them: [G, H/G queries then a key and a value, K]
 * becomes all queries, all keys, all values.
 */
function byBranch(values: Float32Array, rows: number, H: number, G: number): Float32Array {
  const of = values.length / (H + 2 * G);
  expect(Number.isInteger(of / (values.length / rows))).toBe(true);
  const heads = Array.from({ length: H + 2 * G }, (_, i) => values.subarray(i * of, (i + 1) * of));
  const places = H / G + 2;
  const isBranch = [
    (i: number) => i % places < H / G,
    (i: number) => i % places === H / G,
    (i: number) => i % places > H / G,
  ];
  const inOrder = isBranch.flatMap((is) => heads.filter((_, i) => is(i)));
  return Float32Array.from(inOrder.flatMap((head) => [...head]));
}

/** A Hugging Face checkpoint as llama.cpp's converter would write it. */
async function converted(
  folder: string,
  arch: string,
  config: Config,
  own: Readonly<Record<string, GgufValue>>,
  divisors: Divisors = {},
): Promise<Blob> {
  const isPermuted = ['llama', 'olmo', 'granite', 'smollm3'].includes(arch);
  const path = `${folder}/model.safetensors`;
  const file = await openSafetensors(await read(path), path);
  const tensors: TensorToWrite[] = [];
  /** The experts' matrices in order, by name in the file. */
  const stacks = new Map<string, { readonly shape: readonly number[]; readonly parts: Uint8Array[] }>();
  for (const name of file.tensors.keys()) {
    const [, layer, module, end] =
      /^(?:model\.|transformer\.)?(?:(?:layers|h)\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name)!;
    const { data, shape } = await file.tensor(name);
    const names: Readonly<Record<string, string>> = arch === 'olmo2' ? { ...NAMES, ...OLMO2 } : NAMES;
    const heads = module!.endsWith('q_proj')
      ? config.num_attention_heads
      : module!.endsWith('k_proj')
        ? config.num_key_value_heads!
        : null;
    const values = data as Float32Array;
    const [, e, inner] = /\.experts\.(\d+)\.(\w+)$/.exec(module!) ?? [];
    if (e !== undefined) {
      const stack = `blk.${layer}.${EXPERTS[inner!]}.weight`;
      const known = stacks.get(stack) ?? { shape, parts: [] };
      stacks.set(stack, known);
      known.parts[Number(e)] = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      continue;
    }
    const stored =
      isPermuted && heads !== null
        ? permuted(values, shape[0]!, heads)
        : module === 'self_attention.query_key_value'
          ? byBranch(values, shape[0]!, config.num_attention_heads, own['attention.head_count_kv'] as number)
          : values;
    tensors.push({
      name: `${layer === undefined ? '' : `blk.${layer}.`}${names[module!]}.${end}`,
      type: 0,
      shape,
      bytes: new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
    });
  }
  for (const [name, { shape, parts }] of stacks)
    tensors.push({ name, type: 0, shape: [parts.length, ...shape], bytes: concat(parts) });
  for (const [name, values] of Object.entries(divisors)) {
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    tensors.push({ name, type: 0, shape: [values.length], bytes });
  }
  const V = config.vocab_size;
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', arch],
    [`${arch}.block_count`, config.num_hidden_layers],
    [`${arch}.context_length`, config.max_position_embeddings],
    [`${arch}.embedding_length`, config.hidden_size],
    [`${arch}.feed_forward_length`, config.intermediate_size ?? 4 * config.hidden_size],
    [`${arch}.attention.head_count`, config.num_attention_heads],
    [`${arch}.attention.head_count_kv`, config.num_key_value_heads ?? config.num_attention_heads],
    ...Object.entries(own).map(([key, value]): [string, GgufValue] => [`${arch}.${key}`, value]),
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.tokens', Array.from({ length: V }, (_, i) => `t${i}`)],
    ['tokenizer.ggml.pre', 'gpt-2'],
    ['tokenizer.ggml.merges', []],
    ['tokenizer.ggml.bos_token_id', 0],
  ]);
  return writeGguf(metadata, tensors);
}

/** Rounds numbers to 32-bit floats, as GGUF stores them. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, x: unknown) => (typeof x === 'number' ? Math.fround(x) : x));
}

/** Tensors of frequency divisors. */
type Divisors = Readonly<Record<string, readonly number[]>>;

const rms = (eps: number) => ({ 'attention.layer_norm_rms_epsilon': eps });

describe("checkpoints that llama.cpp's converter would write", () => {
  it.each<[folder: string, arch: string, own: Record<string, GgufValue>, divisors?: Divisors]>([
    ['tiny-llama-untied', 'llama', { ...rms(1e-5), 'rope.freq_base': 500, 'rope.dimension_count': 6 }],
    ['tiny-llama-bias', 'llama', { ...rms(1e-5), 'rope.freq_base': 10_000, 'rope.dimension_count': 10 }],
    [
      'tiny-llama-linear',
      'llama',
      { ...rms(1e-5), 'rope.freq_base': 100, 'rope.scaling.type': 'linear', 'rope.scaling.factor': 2.5 },
    ],
    // Older files have no type.
    ['tiny-llama-linear', 'llama', { ...rms(1e-5), 'rope.freq_base': 100, 'rope.scale_linear': 2.5 }],
    ['tiny-llama-linear', 'llama', { ...rms(1e-5), 'rope.freq_base': 100, 'rope.scaling.factor': 2.5 }],
    [
      'tiny-llama-yarn',
      'llama',
      {
        ...rms(1e-5),
        'attention.key_length': 12,
        'attention.value_length': 12,
        'rope.freq_base': 100,
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': 4,
        'rope.scaling.original_context_length': 8,
        'rope.scaling.yarn_beta_fast': 1,
        'rope.scaling.yarn_beta_slow': 0.1,
        'rope.scaling.attn_factor': 1,
      },
    ],
    ['tiny-mistral', 'llama', { ...rms(1e-5), 'attention.sliding_window': 4, expert_count: 0 }],
    [
      'tiny-qwen3',
      'qwen3',
      { ...rms(1e-6), 'attention.key_length': 10, 'attention.value_length': 10, 'attention.causal': true },
    ],
    [
      'tiny-mixtral',
      'llama',
      {
        ...rms(1e-5),
        'attention.key_length': 6,
        'attention.value_length': 6,
        'rope.freq_base': 1e6,
        expert_count: 5,
        expert_used_count: 2,
      },
    ],
    [
      'tiny-qwen3_moe',
      'qwen3moe',
      {
        ...rms(1e-6),
        'attention.key_length': 10,
        'attention.value_length': 10,
        expert_count: 7,
        expert_used_count: 3,
        expert_feed_forward_length: 14,
      },
    ],
    ['tiny-olmoe', 'olmoe', { ...rms(1e-5), expert_count: 8, expert_used_count: 2 }],
    ['tiny-olmo', 'olmo', { 'attention.layer_norm_epsilon': 1e-5 }],
    ['tiny-olmo', 'olmo', { 'attention.layer_norm_epsilon': 1e-5, 'attention.clamp_kqv': 0 }],
    ['tiny-olmo2', 'olmo2', rms(1e-6)],
    [
      'tiny-granite',
      'granite',
      {
        ...rms(1e-5),
        'attention.key_length': 6,
        'attention.value_length': 6,
        'attention.scale': 0.31,
        embedding_scale: 6.5,
        residual_scale: 0.43,
        logit_scale: 3,
      },
    ],
    [
      'tiny-cohere',
      'command-r',
      { 'attention.layer_norm_epsilon': 1e-5, logit_scale: 0.4, 'rope.scaling.type': 'none' },
    ],
    [
      'tiny-cohere2',
      'cohere2',
      {
        'attention.layer_norm_epsilon': 1e-5,
        logit_scale: 0.3,
        'attention.sliding_window': 4,
        'attention.sliding_window_pattern': 2,
        'rope.freq_base': 500,
        'rope.dimension_count': 10,
        'rope.scaling.type': 'none',
      },
    ],
    ['tiny-phi', 'phi2', { 'attention.layer_norm_epsilon': 1e-5, 'rope.dimension_count': 6 }],
    // OLMo 3 is stored as OLMo 2 with windows.
    [
      'tiny-olmo3',
      'olmo2',
      {
        ...rms(1e-6),
        'rope.freq_base': 500_000,
        'attention.sliding_window': 4,
        'attention.sliding_window_pattern': [true, true, true, false, true],
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': 4,
        'rope.scaling.original_context_length': 3,
        'rope.scaling.yarn_attn_factor': 1.25,
        'rope.scaling.yarn_beta_fast': 1,
        'rope.scaling.yarn_beta_slow': 0.1,
      },
    ],
    [
      'tiny-phi3',
      'phi3',
      {
        ...rms(1e-5),
        'rope.dimension_count': 10,
        'rope.scaling.original_context_length': 12,
        'attention.sliding_window': 5,
      },
    ],
    [
      'tiny-phi3-longrope',
      'phi3',
      {
        ...rms(1e-5),
        'rope.freq_base': 100,
        'rope.dimension_count': 4,
        'rope.scaling.original_context_length': 8,
        'rope.scaling.attn_factor': Math.sqrt(1 + Math.log(1.5) / Math.log(8)),
        'attention.sliding_window': 0,
      },
      { 'rope_factors_short.weight': [1, 1.25], 'rope_factors_long.weight': [1.5, 4] },
    ],
    [
      'tiny-stablelm',
      'stablelm',
      {
        'attention.layer_norm_epsilon': 1e-3,
        'rope.dimension_count': 2,
        'rope.freq_base': 1000,
        // The converter's value if the config has none.
        use_parallel_residual: true,
      },
    ],
    [
      'tiny-stablelm-parallel',
      'stablelm',
      { 'attention.layer_norm_epsilon': 1e-5, 'rope.dimension_count': 6, use_parallel_residual: true },
    ],
    [
      'tiny-falcon',
      'falcon',
      {
        'attention.layer_norm_epsilon': 1e-5,
        'attention.head_count_kv': 1,
        tensor_data_layout: 'jploski',
      },
    ],
    [
      'tiny-falcon-new',
      'falcon',
      { 'attention.layer_norm_epsilon': 1e-5, 'attention.head_count_kv': 2, feed_forward_length: 50 },
    ],
  ])('%s has the same spec and weights as %s with %o', async (folder, arch, own, divisors) => {
    const config = JSON.parse(await (await read(`${folder}/config.json`)).text()) as Config;
    const gguf = await openGguf(
      blobSource('x.gguf', await converted(folder, arch, config, own, divisors)),
      'x.gguf',
    );
    const family = familyOf(config);
    const spec = family.parseConfig(config);
    expect(familyOf(gguf.config)).toBe(family);
    expect(rounded(family.parseConfig(gguf.config))).toEqual(rounded(spec));
    const path = `${folder}/model.safetensors`;
    const original = await openTensorFile(blobSource(path, await read(path)), path);
    const want = checkpointWeights([original], family, spec, folder);
    const got = checkpointWeights([gguf.file], family, spec, 'x.gguf');
    for (const { name } of want.slots) expect(await got.get(name), name).toEqual(await want.get(name));
  });
});

it('turns as many columns of a head as the file says, whatever their share of it rounds to', async () => {
  const metadata = {
    'general.architecture': 'phi2',
    'phi2.block_count': 1,
    'phi2.context_length': 8,
    'phi2.embedding_length': 88,
    'phi2.feed_forward_length': 8,
    'phi2.attention.head_count': 2,
    'phi2.attention.layer_norm_epsilon': 1e-5,
    // 44 * (30 / 44) is less than 30.
    'phi2.rope.dimension_count': 30,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': ['a'],
    'tokenizer.ggml.merges': [],
  };
  const { config } = await openGguf(
    blobSource('x.gguf', writeGguf(new Map(Object.entries(metadata)), [])),
    'x.gguf',
  );
  expect(familyOf(config).parseConfig(config).positions).toMatchObject({ kind: 'rotary', dims: 30 });
});

it('takes every fourth block of SmolLM3 for one that does not turn, and says so', async () => {
  const config = JSON.parse(await (await read('tiny-smollm3/config.json')).text()) as Config;
  const own = { ...rms(1e-6), 'rope.freq_base': 500, 'attention.key_length': 6 };
  const file = blobSource('x.gguf', await converted('tiny-smollm3', 'smollm3', config, own));
  const gguf = await openGguf(file, 'x.gguf');
  const four = { num_hidden_layers: 4, no_rope_layers: null, no_rope_layer_interval: 4 };
  const spec = familyOf(config).parseConfig({ ...config, ...four });
  expect(spec.positions).toMatchObject({ tableOfLayer: [0, 0, 0, null] });
  const found = familyOf(gguf.config).parseConfig({ ...gguf.config, num_hidden_layers: 4 });
  expect(rounded(found)).toEqual(rounded(spec));
  expect(gguf.notes.join()).toMatch(/which blocks turn queries and keys: taken is .* every fourth/);
});

it("refuses Command-R+'s norms of queries and keys", async () => {
  const config = JSON.parse(await (await read('tiny-cohere/config.json')).text()) as Config;
  const own = { 'attention.layer_norm_epsilon': 1e-5, logit_scale: 0.4 };
  const blob = await converted('tiny-cohere', 'command-r', config, own);
  const { config: plain } = await openGguf(blobSource('x.gguf', blob), 'x.gguf');
  expect(() => familyOf(plain).parseConfig({ ...plain, use_qk_norm: true })).toThrow(
    'config.json: use_qk_norm: wrong value, got true, expected false or null.',
  );
  expect(plain).toMatchObject({ use_qk_norm: false });
});

it.each([8, 1.25])("reads OLMo's clip of queries, keys and values: %d", async (most) => {
  const config = JSON.parse(await (await read('tiny-olmo/config.json')).text()) as Config;
  const own = { 'attention.layer_norm_epsilon': 1e-5, 'attention.clamp_kqv': most };
  const file = blobSource('x.gguf', await converted('tiny-olmo', 'olmo', config, own));
  const gguf = await openGguf(file, 'x.gguf');
  const clipped = familyOf(config).parseConfig({ ...config, clip_qkv: most });
  expect(clipped.attention.clipQkv).toBe(most);
  expect(rounded(familyOf(gguf.config).parseConfig(gguf.config))).toEqual(rounded(clipped));
});
