/**
 * Phi-3, Phi-3.5 and Phi-4 (Abdin et al. 2024, arXiv 2404.14219 and 2412.08905): Llama with
 * queries, keys and values fused into one matrix, and the gate and the MLP's input into another.
 * Long contexts rotate by longrope; Phi-4-mini rotates three quarters of each head.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { ModelSpec } from '../spec';
import { activation, epsilon, everyBlock, refusal, rmsNorm, size } from './config';
import { decoderFields, decoderIgnored, decoderModules, decoderSizes } from './decoder';
import type { Family } from './family';
import { ropeFields, type RopeParameters, rotaryPositions } from './rotary';
import type { ModuleNames } from './slots';

const config = z.object({
  ...decoderFields,
  ...ropeFields,
  original_max_position_embeddings: size.default(4096),
  hidden_act: activation('silu'),
  rms_norm_eps: epsilon.default(1e-5),
  sliding_window: size.nullish(),
  tie_word_embeddings: z.boolean().default(false),
});

function parseConfig(json: unknown): ModelSpec {
  const c = parseWith(config, json, 'config.json');
  const sizes = decoderSizes(c);
  const rope = {
    ...c,
    rope_scaling: asLongrope(c.rope_scaling, 'rope_scaling'),
    rope_parameters: asLongrope(c.rope_parameters, 'rope_parameters'),
  };
  return {
    ...sizes,
    family: 'phi3',
    positions: rotaryPositions(rope, sizes.dHead, sizes.nLayers, 1),
    norm: rmsNorm(c.rms_norm_eps),
    attention: { ...sizes.attention, windows: everyBlock(sizes.nLayers, c.sliding_window ?? null) },
    mlp: { act: c.hidden_act, gated: true },
    tied: c.tie_word_embeddings,
  };
}

/** The first configs write 'su' or 'yarn' for longrope; transformers has no other scaling here. */
function asLongrope(given: RopeParameters | null | undefined, field: string): RopeParameters | null {
  if (!given) return null;
  const type = given.rope_type ?? given.type ?? 'default';
  if (type === 'su' || type === 'yarn') return { ...given, rope_type: 'longrope' };
  if (type === 'default' || type === 'longrope') return given;
  throw refusal(`${field}.rope_type`, 'rotary scaling not supported', type, 'default or longrope');
}

const { q: _q, k: _k, v: _v, gate: _gate, in: _in, ...inBlock } = decoderModules.inBlock;

const modules: ModuleNames = {
  ...decoderModules,
  inBlock: {
    ...inBlock,
    qkv: 'self_attn.qkv_proj',
    gateIn: 'mlp.gate_up_proj',
    act: 'mlp.activation_fn',
    others: { resid_attn_dropout: 'hook_attn_out', resid_mlp_dropout: 'hook_mlp_out' },
  },
};

export const phi3: Family = { parseConfig, ignored: decoderIgnored, modules };
