/** What every kind of document has: the model, tokens, counters, and where it was computed. */
import { z } from 'zod';

export const interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof interval>;

/** What is measured of an answer. */
export type Metric = 'p' | 'logprob' | 'logit-diff' | 'rank';

export const tokenRef = z.object({ id: z.number().int().nonnegative(), token: z.string() });

export const modelRef = z.object({
  id: z.string(),
  /** Commit of the hub where the server told it; 'builtin', 'local' or the revision as asked otherwise. */
  revision: z.string(),
  sha256: z.string(),
  title: z.string(),
  /** `model_type` of its config, e.g. 'gpt2'. Absent in older documents. */
  family: z.string().optional(),
  /** How matrices were kept: 'f16' is half floats packed in pairs. Absent: 'f32'. */
  weights: z.enum(['f32', 'f16']).optional(),
});

export const counters = z.object({
  dispatches: z.number(),
  submits: z.number(),
  readbacks: z.number(),
  flops: z.number(),
  naiveFlops: z.number(),
});

export const environment = z.object({
  adapter: z.string(),
  /** 'gpu' or 'reference' (float64 on the CPU). */
  engine: z.enum(['gpu', 'reference']),
  /** 'wavefront' or 'naive'. */
  execution: z.string(),
  kernels: z.string(),
  loci: z.string(),
  /** ISO 8601, UTC. */
  time: z.string(),
  seconds: z.number(),
  /** The last comparison of every hook site with another implementation, on this adapter and model. */
  verified: z
    .object({
      /** e.g. 'onnxruntime-web 1.30.0'. */
      against: z.string(),
      sites: z.number().int().positive(),
      /** Largest |difference| of a site's tensor over its largest value, where that is, and the bar. */
      relative: z.number().nonnegative(),
      site: z.string(),
      bar: z.number().positive(),
    })
    .optional(),
});
