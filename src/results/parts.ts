/** Fields of every document: model, tokens, counters, environment. */
import { z } from 'zod';

export const interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof interval>;

/** The measure of an answer. */
export type Metric = 'p' | 'logprob' | 'logit-diff' | 'rank';

export const tokenRef = z.object({ id: z.number().int().nonnegative(), token: z.string() });

export const modelRef = z.object({
  id: z.string(),
  /** The hub's commit if known; else 'builtin', 'local' or the revision as requested. */
  revision: z.string(),
  sha256: z.string(),
  title: z.string(),
  /** `model_type` of its config, e.g. 'gpt2'. Absent in older documents. */
  family: z.string().optional(),
  /** Weight storage: 'f16' is half floats packed in pairs. Absent: 'f32'. */
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
  /** 'gpu', 'reference' (float64 on the CPU), or 'onnxruntime' for nets that come as ONNX graphs. */
  engine: z.enum(['gpu', 'reference', 'onnxruntime']),
  /** 'wavefront' or 'naive'. */
  execution: z.string(),
  kernels: z.string(),
  loci: z.string(),
  /** ISO 8601, UTC. */
  time: z.string(),
  seconds: z.number(),
  /** Last comparison of every hook site with another implementation, on this adapter and model. */
  verified: z
    .object({
      /** e.g. 'onnxruntime-web 1.30.0'. */
      against: z.string(),
      sites: z.number().int().positive(),
      /** Largest |difference| at a site over its largest value, its site, and the bar. */
      relative: z.number().nonnegative(),
      site: z.string(),
      bar: z.number().positive(),
    })
    .optional(),
});
