/**
 * Granite 3 (Granite Team, IBM 2024): Llama with four factors: on embeddings, on scores (instead of
 * 1/sqrt(K)), on the outputs of attention and MLP, and on logits.
 */
import { z } from 'zod';
import { biasFields, decoder, decoderModules, llamaFields, llamaSpec } from './decoder';

const factor = z.number().positive().default(1);

const config = z.object({
  ...llamaFields,
  ...biasFields,
  embedding_multiplier: factor,
  attention_multiplier: factor,
  residual_multiplier: factor,
  // A divisor of the logits.
  logits_scaling: factor,
});

export const granite = decoder(
  config,
  (c) => {
    const llama = llamaSpec(c);
    return {
      ...llama,
      family: 'granite',
      embedScale: c.embedding_multiplier,
      residScale: c.residual_multiplier,
      attention: { ...llama.attention, scale: c.attention_multiplier },
      logitScale: 1 / c.logits_scaling,
    };
  },
  { ...decoderModules, embedsUnscaled: true },
);
