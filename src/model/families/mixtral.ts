/** Mixtral (Jiang et al. 2024): Mistral with a mixture of experts in every block. */
import { z } from 'zod';
import { epsilon, everyBlock, size } from './config';
import { decoder, decoderModules } from './decoder';
import { expertCount, mixture } from './experts';
import { mistralFields, mistralSpec } from './mistral';
import { thetaField } from './rotary';

const config = z.object({
  ...mistralFields,
  rms_norm_eps: epsilon.default(1e-5),
  rope_theta: thetaField(1e6),
  sliding_window: size.nullable().default(null),
  num_local_experts: expertCount.default(8),
  num_experts_per_tok: expertCount.default(2),
});

export const mixtral = decoder(
  config,
  (c) => ({
    ...mistralSpec(c),
    family: 'mixtral',
    experts: mixture({
      count: c.num_local_experts,
      active: c.num_experts_per_tok,
      width: c.intermediate_size,
      renormalised: true,
      layers: everyBlock(c.num_hidden_layers, true),
    }),
  }),
  {
    ...decoderModules,
    inBlock: {
      ...decoderModules.inBlock,
      experts: {
        router: ['block_sparse_moe.gate', 'mlp.gate'],
        each: ['block_sparse_moe.experts', 'mlp.experts'],
        gate: 'w1',
        in: 'w3',
        out: 'w2',
      },
      mlp: ['block_sparse_moe', 'mlp'],
    },
  },
);
