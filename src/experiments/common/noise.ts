/** Gaussian noise on the subject's embeddings, as in ROME: question, spec and edit. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import type { Edit } from '../../forward/request/types';
import type { Span } from './subject';
import { quoted } from '../../util/parse';
import { range } from '../../util/range';

/**
 * For a model without a card: how many names of the shipped list sigma was measured on (0: all
 * tokens).
 */
const measuredOn = z.object({
  names: z.number().int().nonnegative(),
  /** First digits of the list's SHA-256. */
  list: z.string().max(64),
});

export type MeasuredOn = z.infer<typeof measuredOn>;

/** One model's sigma; `measuredOn` is absent if its card gives it. */
export interface Sigma {
  readonly value: number;
  readonly measuredOn?: MeasuredOn;
}

export const noise = z.object({
  type: z.literal('noise'),
  /** e.g. 's3': three times sigma. */
  rule: z.string(),
  /** Sigma: standard deviation of subject-token embeddings. */
  sigma: z.number().nonnegative(),
  measuredOn: measuredOn.optional(),
  /** Noise added = factor x sigma x N(0, 1). */
  factor: z.number().nonnegative(),
  samples: z.number().int().min(1).max(MOST.samples),
  seed: z.number().int().min(0).max(0xffffffff),
  stream: z.literal('mt19937-polar'),
});

export type Noise = z.infer<typeof noise>;

export interface NoiseQuestion {
  /** 's3', 's<k>', or the noise's own standard deviation. */
  readonly noise?: string | undefined;
  readonly samples?: number | undefined;
  readonly seed?: number | undefined;
}

/** ROME's defaults: three sigma, ten draws, RandomState(1). */
export const NOISE = { noise: 's3', samples: 10, seed: 1 };

/** Throws one sentence if the rule is malformed, or needs an unknown sigma. */
export function resolveNoise(question: NoiseQuestion, sigma: Sigma | null): Noise {
  const rule = (question.noise ?? NOISE.noise).trim();
  const common = {
    type: 'noise' as const,
    rule,
    samples: question.samples ?? NOISE.samples,
    seed: question.seed ?? NOISE.seed,
    stream: 'mt19937-polar' as const,
  };
  const number = /^(s?)(\d*\.?\d+(?:e-?\d+)?)$/i.exec(rule);
  if (!number) {
    throw new Error(
      `noise: cannot be read, got ${quoted(rule)}, expected 's3' (three sigma) or a standard deviation like 0.1.`,
    );
  }
  const value = Number(number[2]);
  if (!number[1]) return { ...common, sigma: value, factor: 1 };
  if (!sigma) {
    throw new Error(
      `noise: this model's embeddings have no spread to measure sigma by, got ${quoted(rule)}, expected a standard ` +
        'deviation. Give a number, e.g. 0.1.',
    );
  }
  const { value: one, measuredOn: on } = sigma;
  return { ...common, sigma: one, ...(on ? { measuredOn: on } : {}), factor: value };
}

/** The source of sigma, after a number: 'measured on 200 names', 'from the model\'s card'. */
export function sigmaSource(on: MeasuredOn | undefined): string {
  if (!on) return "from the model's card";
  return on.names > 0 ? `measured on ${on.names} names` : 'measured on all tokens';
}

/**
 * Adds draws `first`, `first + 1`, ... of the noise to the subject's embeddings, one per sample.
 */
export function noiseEdit({ stream, seed, factor, sigma }: Noise, { begin, end }: Span, first = 0): Edit {
  return {
    site: 'hook_embed',
    rows: range(begin, end),
    op: 'add',
    source: { kind: 'noise', stream, seed, scale: factor * sigma, draw: first },
  };
}
