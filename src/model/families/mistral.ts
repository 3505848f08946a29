/** Mistral (Jiang et al. 2023): Llama with one sliding window for all blocks. */
import { z } from 'zod';
import { everyBlock, mustBeAbsent, size } from './config';
import { decoder, llamaFields, llamaSpec } from './decoder';

export const mistralFields = {
  ...llamaFields,
  num_key_value_heads: size.nullable().default(8),
  sliding_window: size.nullable().default(4096),
  // transformers' Mistral ignores it, though its authors meant windows that differ between blocks.
  layer_types: mustBeAbsent,
};

const config = z.object(mistralFields);

export function mistralSpec(c: z.output<typeof config>) {
  const llama = llamaSpec(c);
  const windows = everyBlock(llama.nLayers, c.sliding_window);
  return { ...llama, attention: { ...llama.attention, windows } };
}

export const mistral = decoder(config, (c) => ({ ...mistralSpec(c), family: 'mistral' }));
