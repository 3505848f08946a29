/** The architectures that Loci can open, by Hugging Face's `model_type`. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import type { Family } from './family';
import { gpt2 } from './gpt2';

export type { Family };

export const families: Readonly<Record<string, Family>> = { gpt2 };

/** The family of a config.json. Throws one sentence if there is none. */
export function familyOf(config: unknown): Family {
  const { model_type: type } = parseWith(z.object({ model_type: z.string() }), config, 'config.json');
  const family = Object.hasOwn(families, type) ? families[type] : undefined;
  if (!family) {
    const known = Object.keys(families).join(', ');
    throw new Error(
      `config.json: model_type: architecture not supported, got '${type}', expected one of: ${known}.`,
    );
  }
  return family;
}
