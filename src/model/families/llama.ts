/**
 * Llama 1 to 3 (Touvron et al. 2023), SmolLM and others in its layout: RMS norms, rotary positions,
 * gated MLP.
 */
import { z } from 'zod';
import { biasFields, decoder, llamaFields, llamaSpec } from './decoder';

const config = z.object({ ...llamaFields, ...biasFields });

export const llama = decoder(config, (c) => ({ ...llamaSpec(c), family: 'llama' }));
