/** A class graph's question as documents hold it. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { parseWith } from '../../util/parse';

const text = z.string().max(MOST.text);
const size = z.strictObject({ height: z.number().int().positive(), width: z.number().int().positive() });
const numbers = z.array(z.number()).max(4);

/** As `load/image/preprocess.ts` has it. */
const preprocessing = z.strictObject({
  resize: z.union([size, z.strictObject({ shortest: z.number().int().positive() })]).nullable(),
  resample: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']),
  crop: size.nullable(),
  scale: z.number(),
  mean: numbers,
  std: numbers,
});

const spec = z.strictObject({
  kind: z.literal('class-graph'),
  model: z.strictObject({ id: text, revision: text }),
  /** Number of the class, and its name. */
  class: z.number().int().nonnegative(),
  name: text,
  rule: z.discriminatedUnion('rule', [
    z.strictObject({ rule: z.literal('paired'), alpha: z.number() }),
    z.strictObject({ rule: z.literal('ahmad'), z: z.number(), fallback: z.number() }),
  ]),
  /** u of each candidate is uniform in (low, high). */
  u: z.strictObject({ low: z.number(), high: z.number(), seed: z.number().int().nonnegative() }),
  preprocessing: preprocessing.nullable(),
  /** Files of the class, right or wrong. */
  images: z
    .array(z.strictObject({ name: text, sha256: z.string().max(64) }))
    .min(1)
    .max(MOST.cases),
});

export type ClassGraphSpec = z.infer<typeof spec>;

/** Throws one sentence for anything else. */
export const parseClassGraphSpec = (json: unknown): ClassGraphSpec => parseWith(spec, json, 'class-graph');
