/**
 * Rotation frequencies (Su et al. 2021) and "rope scaling": linear (kaiokendev 2023), llama3 (Llama
 * 3.1), yarn (Peng et al. 2023, arXiv 2309.00071), longrope (Ding et al. 2024, arXiv 2402.13753).
 * Follows transformers' `modeling_rope_utils.py`, computed in float64. Configs use an old form
 * (rope_theta, rope_scaling) or transformers 5's (rope_parameters).
 */
import { z } from 'zod';
import type { ModelSpec, RotaryPositions, RotaryTable } from '../spec';
import { everyBlock, refusal, size } from './config';
import { LAYER_TYPES, type LayerType } from './windows';

const positive = z.number().positive();

/** Every key that a supported kind reads; an unknown one might change the arithmetic. */
export const ropeParameters = z.strictObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
  factor: positive.nullish(),
  original_max_position_embeddings: size.nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  attention_factor: positive.nullish(),
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
  /** Longrope's divisors of each pair's frequency: up to the original context, and beyond it. */
  short_factor: z.array(positive).nullish(),
  long_factor: z.array(positive).nullish(),
  /** One divisor per pair: GGUF's form of llama3's scaling, rope_type 'divisors'; GGUF only. */
  frequency_divisors: z.array(positive).nullish(),
  // Records how a checkpoint was made; nothing reads it.
  finetuned: z.boolean().nullish(),
});

export type RopeParameters = z.output<typeof ropeParameters>;

/** The base of the frequencies in a family with another default than 10,000. */
export const thetaField = (usual: number) => positive.nullish().transform((theta) => theta ?? usual);

/** Config fields if all blocks rotate alike. */
export const ropeFields = {
  rope_theta: positive.nullish(),
  rope_scaling: ropeParameters.nullish(),
  rope_parameters: ropeParameters.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
  original_max_position_embeddings: size.nullish(),
};

/** Config fields if blocks with a window rotate differently from the others. */
export const ropeByKindFields = {
  rope_theta: positive.nullish(),
  rope_scaling: ropeParameters.nullish(),
  rope_parameters: z
    .strictObject({
      full_attention: ropeParameters.nullish(),
      sliding_attention: ropeParameters.nullish(),
    })
    .nullish(),
};

export type RopeConfig = z.output<z.ZodObject<typeof ropeFields>> & {
  readonly max_position_embeddings: number;
};

/**
 * Positions for a model whose blocks all rotate alike. `share` is the default for the part of a
 * head that rotates; without it the family rotates whole heads only.
 */
export function rotaryPositions(
  c: RopeConfig,
  { dHead: K, nLayers }: Pick<ModelSpec, 'dHead' | 'nLayers'>,
  share?: number,
): RotaryPositions {
  const field = c.rope_scaling ? 'rope_scaling' : 'rope_parameters';
  const given = c.rope_scaling ?? c.rope_parameters ?? {};
  const asked = given.partial_rotary_factor ?? c.partial_rotary_factor;
  const dims = share === undefined ? wholeHead(K, asked) : rotaryDims(K, asked ?? share);
  const table = rotaryTable(
    {
      ...given,
      rope_theta: given.rope_theta ?? c.rope_theta,
      original_max_position_embeddings:
        c.original_max_position_embeddings ?? given.original_max_position_embeddings,
    },
    dims,
    c.max_position_embeddings,
    field,
  );
  return { kind: 'rotary', dims, pairs: 'halves', tables: [table], tableOfLayer: everyBlock(nLayers, 0) };
}

/**
 * Positions for a model whose blocks with a window rotate differently: table 0 is for blocks
 * without a window, table 1 for blocks with one. An old config's scaling applies to table 0.
 * `thetas` are the default bases for `rope_parameters`.
 */
export function rotaryByKind(
  c: z.output<z.ZodObject<typeof ropeByKindFields>> & { readonly max_position_embeddings: number },
  K: number,
  kinds: readonly LayerType[],
  thetas: Readonly<Record<LayerType, number>>,
): RotaryPositions {
  const dims = wholeHead(K, null);
  const tables = LAYER_TYPES.map((kind) => {
    const given = { ...c.rope_parameters?.[kind], ...(kind === 'full_attention' && c.rope_scaling) };
    wholeHead(K, given.partial_rotary_factor);
    const rope = { ...given, rope_theta: given.rope_theta ?? thetas[kind] };
    const field = c.rope_scaling ? 'rope_scaling' : `rope_parameters.${kind}`;
    return rotaryTable(rope, dims, c.max_position_embeddings, field);
  });
  return {
    kind: 'rotary',
    dims,
    pairs: 'halves',
    tables,
    tableOfLayer: kinds.map((kind) => LAYER_TYPES.indexOf(kind)),
  };
}

/** `dims` for a family whose code has no partial rotation. */
export function wholeHead(K: number, asked: number | null | undefined): number {
  if (asked !== undefined && asked !== null && asked !== 1)
    throw refusal('partial_rotary_factor', 'is not supported for this architecture', asked, '1');
  return rotaryDims(K, 1);
}

/** How many of a head's K columns rotate. */
function rotaryDims(K: number, share: number): number {
  const dims = Math.trunc(K * share);
  if (dims % 2 !== 0 || dims === 0)
    throw refusal('partial_rotary_factor', `turns ${dims} of ${K} columns`, share, 'a positive, even number');
  return dims;
}

/**
 * The table of one kind of layer, with `dims` / 2 frequencies. `longest` is
 * max_position_embeddings; `field` names the parameters in messages.
 */
export function rotaryTable(rope: RopeParameters, dims: number, longest: number, field: string): RotaryTable {
  const base = rope.rope_theta ?? 10_000;
  const plain = Array.from({ length: dims / 2 }, (_, i) => base ** ((-2 * i) / dims));
  const needs = (key: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = rope[key];
    if (value === undefined || value === null)
      throw refusal(`${field}.${key}`, 'is missing', value ?? undefined, 'a positive number');
    return value;
  };
  const original = rope.original_max_position_embeddings ?? longest;
  const type = rope.rope_type ?? rope.type ?? 'default';
  switch (type) {
    case 'default':
    // Differs from the default only beyond max_position_embeddings; no prompt is that long.
    case 'dynamic':
      return { inverseFrequencies: plain, magnitude: 1 };
    case 'linear': {
      const factor = needs('factor');
      return { inverseFrequencies: plain.map((frequency) => frequency / factor), magnitude: 1 };
    }
    case 'llama3': {
      const [factor, low, high] = [needs('factor'), needs('low_freq_factor'), needs('high_freq_factor')];
      const scaled = plain.map((frequency) => llama3Frequency(frequency, factor, low, high, original));
      return { inverseFrequencies: scaled, magnitude: 1 };
    }
    case 'divisors': {
      const scaled = dividedBy(rope.frequency_divisors ?? [], plain, `${field}.frequency_divisors`);
      return { inverseFrequencies: scaled, magnitude: 1 };
    }
    case 'yarn':
      return yarnTable(rope, plain, base, rope.factor ?? longest / original, original);
    case 'longrope': {
      // Its logarithm divides the magnitude.
      if (original < 2)
        throw refusal(
          'original_max_position_embeddings',
          'is too small for longrope',
          original,
          'at least 2',
        );
      const divided = (key: 'short_factor' | 'long_factor') =>
        dividedBy(rope[key] ?? [], plain, `${field}.${key}`);
      return {
        inverseFrequencies: divided('short_factor'),
        magnitude: rope.attention_factor ?? longropeMagnitude(rope.factor ?? longest / original, original),
        ...(original < longest && {
          beyond: { length: original, inverseFrequencies: divided('long_factor') },
        }),
      };
    }
    default:
      throw refusal(
        `${field}.rope_type`,
        'rotary scaling not supported',
        type,
        'default, linear, dynamic, llama3, yarn or longrope',
      );
  }
}

/** Divides each frequency by its divisor; `field` names the divisors in messages. */
function dividedBy(divisors: readonly number[], frequencies: readonly number[], field: string): number[] {
  if (divisors.length !== frequencies.length)
    throw refusal(field, 'wrong length', divisors.length, `${frequencies.length}`);
  return frequencies.map((frequency, i) => frequency / divisors[i]!);
}

/** Cos and sin grow with the context, which keeps attention as sharp. */
const longropeMagnitude = (factor: number, original: number): number =>
  factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));

/** Slows slow pairs by `factor`, keeps fast ones, blends between. */
function llama3Frequency(
  frequency: number,
  factor: number,
  low: number,
  high: number,
  original: number,
): number {
  const turns = (original * frequency) / (2 * Math.PI);
  if (turns > high) return frequency;
  if (turns < low) return frequency / factor;
  const smooth = (turns - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** As llama3, but the blend is linear in the pair's index, and cos and sin grow with the factor. */
function yarnTable(
  rope: RopeParameters,
  plain: readonly number[],
  base: number,
  factor: number,
  original: number,
): RotaryTable {
  const dims = 2 * plain.length;
  /** Index of the pair that rotates `turns` times over the original context. */
  const indexOf = (turns: number) =>
    (dims * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const fast = indexOf(rope.beta_fast ?? 32);
  const slow = indexOf(rope.beta_slow ?? 1);
  const isWhole = rope.truncate ?? true;
  const first = Math.max(isWhole ? Math.floor(fast) : fast, 0);
  const lastIndex = Math.min(isWhole ? Math.ceil(slow) : slow, dims - 1);
  const last = first === lastIndex ? lastIndex + 0.001 : lastIndex;
  const inverseFrequencies = plain.map((frequency, i) => {
    const slowed = Math.min(Math.max((i - first) / (last - first), 0), 1);
    return (frequency / factor) * slowed + frequency * (1 - slowed);
  });
  return { inverseFrequencies, magnitude: rope.attention_factor ?? yarnMagnitude(rope, factor) };
}

function yarnMagnitude({ mscale, mscale_all_dim: allDim }: RopeParameters, factor: number): number {
  const growth = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  return mscale && allDim ? growth(mscale) / growth(allDim) : growth(1);
}
