/**
 * Parts of config.json shared by the families. Fields are named and defaulted as in transformers.
 * An unsupported field that changes the arithmetic is refused by name; all others are ignored.
 */
import { z } from 'zod';
import { shown } from '../../util/parse';
import type { ActivationName, ModelSpec } from '../spec';

/** A size no real model exceeds, so that a broken file cannot demand endless work. */
export const upTo = (most: number) => z.number().int().min(1).max(most);
export const size = upTo(2 ** 24);
export const layers = upTo(512);

/** A norm's epsilon. */
export const epsilon = z.number().positive().max(1);
export const mustBeFalse = z.literal([false, null]).optional();
export const mustBeAbsent = z.null().optional();
/** Some versions of transformers write "none" as an empty object. */
const mustBeEmpty = z.record(z.string(), z.never()).nullish();

/** Fields refused in every family. */
export const refused = {
  quantization_config: mustBeAbsent,
  pruned_heads: mustBeEmpty,
  per_layer_config: mustBeEmpty,
  is_encoder_decoder: mustBeFalse,
};

/** The sizes of a model under their usual names, and what is refused. */
export const sizeFields = {
  ...refused,
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: layers,
  num_attention_heads: size,
  max_position_embeddings: size,
};

/** transformers' names (ACT2FN) -> ours. */
const ACTIVATIONS = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_accurate: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_python_tanh: 'gelu_new',
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
  quick_gelu: 'quick_gelu',
  tanh: 'tanh',
} as const satisfies Record<string, ActivationName>;

type ActivationField = keyof typeof ACTIVATIONS;

/** An activation field with the family's default. */
export const activation = (usual: ActivationField) =>
  z
    .enum(Object.keys(ACTIVATIONS) as [ActivationField, ...ActivationField[]])
    .default(usual)
    .transform((name): ActivationName => ACTIVATIONS[name]);

/**
 * An Error in the form of `parseWith`'s: *config.json: field: what is wrong, got X, expected Y.*
 */
export function refusal(field: string, what: string, got: unknown, expected: string): Error {
  return new Error(`config.json: ${field}: ${what}, got ${shown(got)}, expected ${expected}.`);
}

/**
 * K for a family whose heads divide the width evenly. `fields` are the config's names of D and H.
 */
export function evenHead(D: number, H: number, fields: readonly [width: string, heads: string]): number {
  if (D % H !== 0) throw refusal(fields[0], `is not a multiple of ${fields[1]}`, D, `a multiple of ${H}`);
  return D / H;
}

/** G, if it divides H. */
export function keyValueHeads(H: number, G: number, field = 'num_key_value_heads'): number {
  if (H % G !== 0) throw refusal(field, 'does not divide num_attention_heads', G, `a divisor of ${H}`);
  return G;
}

/** One value, such as a window, for every block. */
export const everyBlock = <T>(nLayers: number, value: T): T[] => Array.from({ length: nLayers }, () => value);

/** Usual choices; a family's spec names its deviations. */
export const usual = {
  embedScale: 1,
  nTokenTypes: 0,
  embedNorm: false,
  placement: 'pre',
  parallel: false,
  residScale: 1,
  experts: null,
  finalNorm: true,
  head: 'lm',
  logitScale: 1,
  headAct: 'gelu',
  classes: [],
  logitSoftcap: null,
  orientation: 'out-in',
} as const satisfies Partial<ModelSpec>;

/** LayerNorm with weight and bias. */
export const layerNorm = (eps: number) =>
  ({ kind: 'layer', eps, hasWeight: true, hasBias: true, shift: 0 }) as const;

/** The placeholder norm of a model without norms (placement 'none'). */
export const noNorm = { ...layerNorm(1e-5), hasWeight: false, hasBias: false } as const;

/** RMSNorm; `shift` is 1 if the checkpoint stores weight - 1 (Gemma). */
export const rmsNorm = (eps: number, shift: 0 | 1 = 0) =>
  ({ kind: 'rms', eps, hasWeight: true, hasBias: false, shift }) as const;

/** Causal attention over all earlier positions, with scale 1/sqrt(K). */
export const plainAttention = (nLayers: number, K: number) =>
  ({
    causal: true,
    scale: 1 / Math.sqrt(K),
    softcap: null,
    windows: everyBlock<number | null>(nLayers, null),
    qkNorm: 'none',
    clipQkv: null,
    sinks: false,
  }) as const;

/** Sizes under their usual names; a family with other names translates. */
export interface Sizes extends z.output<z.ZodObject<typeof sizeFields>> {
  readonly intermediate_size: number;
  /** H if absent. */
  readonly num_key_value_heads?: number | null | undefined;
  /** D / H if absent. */
  readonly head_dim?: number | null | undefined;
}

/** A spec's sizes and usual choices. */
export function sizesOf(c: Sizes) {
  const [L, H, D, V] = [c.num_hidden_layers, c.num_attention_heads, c.hidden_size, c.vocab_size];
  const dHead = c.head_dim ?? evenHead(D, H, ['hidden_size', 'num_attention_heads']);
  return {
    ...usual,
    nLayers: L,
    nHeads: H,
    nKvHeads: keyValueHeads(H, c.num_key_value_heads ?? H),
    dModel: D,
    dHead,
    dMlp: c.intermediate_size,
    nCtx: c.max_position_embeddings,
    dVocab: V,
    nEmbeddings: V,
    attention: plainAttention(L, dHead),
  } as const satisfies Partial<ModelSpec>;
}
