/**
 * BERT (Devlin et al. 2019) and DistilBERT (Sanh et al. 2019): encoders with a norm after each sum.
 * The head predicts masked words or classes, or is absent (sentence encoders such as MiniLM),
 * according to `architectures`. RoBERTa, with the same blocks, is in `roberta.ts`.
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { type EncoderHead, headFields, headOf } from './classes';
import {
  activation,
  epsilon,
  evenHead,
  layerNorm,
  layers,
  mustBeFalse,
  refused,
  size,
  sizeFields,
  type Sizes,
  sizesOf,
} from './config';
import { family } from './family';
import type { ModuleNames } from './slots';

/** The fields of BERT's config that RoBERTa shares, with their defaults. */
export const bertFields = {
  ...sizeFields,
  ...headFields,
  intermediate_size: size,
  hidden_act: activation('gelu'),
  type_vocab_size: size.default(2),
  layer_norm_eps: epsilon.default(1e-12),
  position_embedding_type: z.literal('absolute').default('absolute'),
  is_decoder: mustBeFalse,
  add_cross_attention: mustBeFalse,
  tie_word_embeddings: z.boolean().default(true),
};
const bertConfig = z.object(bertFields);

const distilConfig = z.object({
  ...refused,
  ...headFields,
  vocab_size: size,
  dim: size,
  n_layers: layers,
  n_heads: size,
  hidden_dim: size,
  activation: activation('gelu'),
  max_position_embeddings: size,
  tie_word_embeddings: z.boolean().default(true),
});

/** What is common to all of them; `c` are their sizes. */
export function encoder(
  { head, classes }: Pick<ModelSpec, 'classes'> & { readonly head: EncoderHead },
  c: Sizes & { readonly tie_word_embeddings: boolean },
) {
  const sizes = sizesOf(c);
  return {
    ...sizes,
    dVocab: head === 'mlm' ? c.vocab_size : classes.length,
    positions: { kind: 'learned', offset: 0, padding: null },
    embedNorm: true,
    placement: 'post',
    attention: { ...sizes.attention, causal: false },
    bias: { qkv: true, o: true, mlp: true, unembed: head !== 'none' },
    finalNorm: false,
    head,
    classes,
    tied: head === 'mlm' && c.tie_word_embeddings,
  } as const;
}

function bertSpec(c: z.output<typeof bertConfig>): ModelSpec {
  const head = headOf(c, {
    mlm: ['BertForMaskedLM', 'BertForPreTraining'],
    classes: 'BertForSequenceClassification',
    bare: 'BertModel',
  });
  return {
    ...encoder(head, c),
    family: 'bert',
    nTokenTypes: c.type_vocab_size,
    norm: layerNorm(c.layer_norm_eps),
    mlp: { act: c.hidden_act, gated: false },
    // transformers' code fixes the pooler's activation.
    headAct: head.head === 'classes' ? 'tanh' : c.hidden_act,
  };
}

function distilSpec(c: z.output<typeof distilConfig>): ModelSpec {
  const head = headOf(c, {
    mlm: ['DistilBertForMaskedLM'],
    classes: 'DistilBertForSequenceClassification',
    bare: 'DistilBertModel',
  });
  const sizes = {
    ...c,
    num_hidden_layers: c.n_layers,
    num_attention_heads: c.n_heads,
    hidden_size: c.dim,
    head_dim: evenHead(c.dim, c.n_heads, ['dim', 'n_heads']),
    intermediate_size: c.hidden_dim,
  };
  return {
    ...encoder(head, sizes),
    family: 'distilbert',
    // DistilBERT's code fixes this number; no field holds it.
    norm: layerNorm(1e-12),
    mlp: { act: c.activation, gated: false },
    headAct: head.head === 'classes' ? 'relu' : c.activation,
  };
}

/** BERT's modules without prefix and head. */
export const bertBody = {
  embed: 'embeddings.word_embeddings',
  positions: 'embeddings.position_embeddings',
  tokenTypes: 'embeddings.token_type_embeddings',
  embedNorm: 'embeddings.LayerNorm',
  block: 'encoder.layer',
  inBlock: {
    q: 'attention.self.query',
    k: 'attention.self.key',
    v: 'attention.self.value',
    o: 'attention.output.dense',
    ln1: 'attention.output.LayerNorm',
    in: 'intermediate.dense',
    act: 'intermediate',
    out: 'output.dense',
    ln2: 'output.LayerNorm',
    others: {
      'attention.self': 'attn.hook_z',
      // These outputs include the norm of the sum.
      attention: 'hook_normalized_resid_mid',
      'attention.output': 'hook_normalized_resid_mid',
      output: 'hook_normalized_resid_post',
    },
  },
} as const;

const bertModules: ModuleNames = {
  ...bertBody,
  prefixes: ['bert.', ''],
  head: {
    // The bias may be stored beside the matrix, one level up, or in both places; transformers reads
    // the decoder's.
    unembed: ['cls.predictions.decoder', 'cls.predictions'],
    dense: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
  },
  classes: { unembed: 'classifier', dense: 'bert.pooler.dense' },
  // The oldest files, converted from TensorFlow, use gamma and beta.
  normTensors: { w: ['weight', 'gamma'], b: ['bias', 'beta'] },
};

const distilModules: ModuleNames = {
  prefixes: ['distilbert.', ''],
  embed: 'embeddings.word_embeddings',
  positions: 'embeddings.position_embeddings',
  embedNorm: 'embeddings.LayerNorm',
  block: 'transformer.layer',
  inBlock: {
    q: 'attention.q_lin',
    k: 'attention.k_lin',
    v: 'attention.v_lin',
    o: 'attention.out_lin',
    ln1: 'sa_layer_norm',
    in: 'ffn.lin1',
    out: 'ffn.lin2',
    ln2: 'output_layer_norm',
    attn: 'attention',
    mlp: 'ffn',
    act: 'ffn.activation',
  },
  head: { unembed: 'vocab_projector', dense: 'vocab_transform', norm: 'vocab_layer_norm' },
  classes: { unembed: 'classifier', dense: 'pre_classifier' },
};

export const bert = family(bertConfig, bertSpec, {
  // The pooler and the next-sentence head serve other tasks; position_ids is 0, 1, 2, ...
  ignored: /^((bert\.)?(pooler\..+|embeddings\.position_ids)|cls\.seq_relationship\..+)$/,
  modules: bertModules,
});

export const distilbert = family(distilConfig, distilSpec, {
  ignored: /^(distilbert\.)?embeddings\.position_ids$/,
  modules: distilModules,
});
