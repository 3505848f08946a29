/**
 * GPT-J (Wang and Komatsuzaki 2021): attention and MLP in parallel behind one shared norm; the
 * first columns of each head rotate in neighbouring pairs; the unembedding has a bias.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import {
  activation,
  epsilon,
  evenHead,
  everyBlock,
  layerNorm,
  layers,
  plainAttention,
  refusal,
  refused,
  size,
  usual,
} from './config';
import type { Family } from './family';
import { rotaryTable } from './rotary';
import type { ModuleNames } from './slots';

const config = z.object({
  ...refused,
  vocab_size: size,
  n_positions: size,
  n_embd: size,
  n_layer: layers,
  n_head: size,
  n_inner: size.nullish(),
  // Columns of a head that rotate.
  rotary_dim: size.default(64),
  activation_function: activation('gelu_new'),
  layer_norm_epsilon: epsilon.default(1e-5),
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const [D, H, L] = [c.n_embd, c.n_head, c.n_layer];
  const dHead = evenHead(D, H, ['n_embd', 'n_head']);
  const dims = c.rotary_dim;
  if (dims % 2 !== 0 || dims > dHead)
    throw refusal('rotary_dim', 'does not fit a head', dims, `an even number up to ${dHead}`);
  const table = rotaryTable({}, dims, c.n_positions, 'rotary_dim');
  return {
    ...usual,
    family: 'gptj',
    nLayers: L,
    nHeads: H,
    nKvHeads: H,
    dModel: D,
    dHead,
    dMlp: c.n_inner ?? 4 * D,
    nCtx: c.n_positions,
    dVocab: c.vocab_size,
    nEmbeddings: c.vocab_size,
    positions: {
      kind: 'rotary',
      dims,
      pairs: 'neighbours',
      tables: [table],
      tableOfLayer: everyBlock(L, 0),
    },
    norm: layerNorm(c.layer_norm_epsilon),
    parallel: true,
    attention: plainAttention(L, dHead),
    mlp: { act: c.activation_function, gated: false },
    bias: { qkv: false, o: false, mlp: true, unembed: true },
    tied: c.tie_word_embeddings,
  };
}

const modules: ModuleNames = {
  prefixes: ['transformer.', ''],
  embed: 'wte',
  block: 'h',
  inBlock: {
    ln1: 'ln_1',
    ln2: 'ln_1',
    q: 'attn.q_proj',
    k: 'attn.k_proj',
    v: 'attn.v_proj',
    o: 'attn.out_proj',
    in: 'mlp.fc_in',
    out: 'mlp.fc_out',
    attn: 'attn',
    mlp: 'mlp',
    act: 'mlp.act',
  },
  finalNorm: 'ln_f',
  head: { unembed: 'lm_head' },
};

export const gptJ: Family = {
  parseConfig,
  // Causal masks and angles, which older checkpoints store beside the weights.
  ignored: /^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias|embed_positions)$/,
  modules,
};
