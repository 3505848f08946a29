/** Gaussian noise on the subject's embeddings, as ROME corrupts a prompt: what is asked, what is stored, the edit. */
import { z } from 'zod';
import type { Edit } from '../../forward/types';
import type { Span } from './subject';

export const noise = z.object({
  type: z.literal('noise'),
  /** e.g. 's3': three times sigma. */
  rule: z.string(),
  /** One sigma: standard deviation of subject-token embeddings. */
  sigma: z.number().nonnegative(),
  /** Noise added = factor x sigma x N(0, 1). */
  factor: z.number().nonnegative(),
  samples: z.number().int().min(1).max(1000),
  seed: z.number().int().min(0).max(0xffffffff),
  stream: z.literal('mt19937-polar'),
});

export type Noise = z.infer<typeof noise>;

export interface NoiseQuestion {
  /** 's3', 's<k>', or a number: the standard deviation of the noise itself. */
  readonly noise?: string | undefined;
  readonly samples?: number | undefined;
  readonly seed?: number | undefined;
}

/** ROME's defaults: three sigma, ten draws, RandomState(1). */
const DEFAULTS = { noise: 's3', samples: 10, seed: 1 };

/** Throws one sentence if the rule cannot be read, or needs a sigma that nobody knows. */
export function resolveNoise(question: NoiseQuestion, sigma: { readonly value: number } | null): Noise {
  const rule = (question.noise ?? DEFAULTS.noise).trim();
  const common = {
    type: 'noise' as const,
    rule,
    samples: question.samples ?? DEFAULTS.samples,
    seed: question.seed ?? DEFAULTS.seed,
    stream: 'mt19937-polar' as const,
  };
  const number = /^(s?)(\d*\.?\d+(?:e-?\d+)?)$/i.exec(rule);
  if (!number) {
    throw new Error(
      `noise: cannot be read, got '${rule}', expected 's3' (three sigma) or a standard deviation like 0.1.`,
    );
  }
  const value = Number(number[2]);
  if (!number[1]) return { ...common, sigma: value, factor: 1 };
  if (!sigma) {
    throw new Error(
      `noise: sigma of this model is not known, got '${rule}', expected a standard deviation: the model has no ` +
        'loci.json. Give a number, e.g. 0.1.',
    );
  }
  return { ...common, sigma: sigma.value, factor: value };
}

/** Adds draw `draw` of the noise to the subject's embeddings. */
export function noiseEdit({ stream, seed, factor, sigma }: Noise, { begin, end }: Span, draw: number): Edit {
  return {
    site: 'hook_embed',
    rows: Array.from({ length: end - begin }, (_, i) => begin + i),
    op: 'add',
    source: { kind: 'noise', stream, seed, scale: factor * sigma, draw },
  };
}
