/**
 * Phi-3, Phi-3.5 and Phi-4 (Abdin et al. 2024, arXiv 2404.14219 and 2412.08905): Llama with
 * queries, keys and values fused into one matrix, and the gate and the MLP's input into another.
 * Long contexts rotate by longrope; Phi-4-mini rotates three quarters of each head.
 */
import { z } from 'zod';
import { epsilon, everyBlock, refusal, size } from './config';
import { decoder, decoderModules, llamaFields, llamaSpec } from './decoder';
import type { RopeParameters } from './rotary';

const config = z.object({
  ...llamaFields,
  original_max_position_embeddings: size.default(4096),
  rms_norm_eps: epsilon.default(1e-5),
  sliding_window: size.nullish(),
});

function specOf(c: z.output<typeof config>) {
  const rope = {
    rope_scaling: asLongrope(c.rope_scaling, 'rope_scaling'),
    rope_parameters: asLongrope(c.rope_parameters, 'rope_parameters'),
  };
  const llama = llamaSpec({ ...c, ...rope }, 1);
  const windows = everyBlock(llama.nLayers, c.sliding_window ?? null);
  return { ...llama, family: 'phi3', attention: { ...llama.attention, windows } };
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

export const phi3 = decoder(config, specOf, {
  ...decoderModules,
  inBlock: {
    ...inBlock,
    qkv: 'self_attn.qkv_proj',
    gateIn: 'mlp.gate_up_proj',
    act: 'mlp.activation_fn',
    others: { resid_attn_dropout: 'hook_attn_out', resid_mlp_dropout: 'hook_mlp_out' },
  },
});
