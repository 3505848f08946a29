/** The question of an average trace, resolved; each of its cases is the question of a causal trace. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { noise, resolveNoise } from '../common/noise';
import { expectThat, parseStudy } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import { studyFields } from '../common/spec';
import { askedWindow, checkWindow, checkWindowLayers, resolveWindow, windowSpec } from '../common/window';
import { parseWith } from '../../util/parse';
import { type TraceSpec, traceKinds } from '../trace/spec';

export const KIND = 'average-trace';

const averageTraceSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    /** As in ROME, facts that the model does not know are left out. */
    onlyKnown: z.boolean().default(true),
    corruption: z.discriminatedUnion('type', [
      noise.extend({
        /** 'own': fact i has the draws of seed + i; 'same': every fact those of the seed, as in ROME's code. */
        perFact: z.enum(['own', 'same']).default('own'),
      }),
      /** Each case's own corrupted twin. */
      z.object({ type: z.literal('twin') }).strict(),
    ]),
    kinds: z.array(z.enum(traceKinds)).min(1),
    window: windowSpec,
  })
  .strict();

export type AverageTraceSpec = z.infer<typeof averageTraceSpec>;

/** Throws one sentence with the path, what it found and what it expected. */
export function parseAverageTrace(json: unknown, model?: ModelSpec): AverageTraceSpec {
  const { corruption } = parseWith(
    z.looseObject({ corruption: z.looseObject({ type: z.string() }) }),
    json,
    KIND,
  );
  const needs = { subject: true, corrupted: corruption.type === 'twin' };
  const spec = parseStudy(averageTraceSpec, json, KIND, model, needs);
  const { kinds, window } = spec;
  expectThat(new Set(kinds).size === kinds.length, `${KIND}: kinds`, kinds.join(), 'each kind once');
  checkWindow(KIND, window);
  if (model) checkWindowLayers(KIND, window, model.nLayers);
  return spec;
}

const asked = z.looseObject({
  /** Noise, or each case's corrupted twin; a resolved spec has it as an object. */
  corruption: z.union([z.enum(['noise', 'twin']), z.looseObject({})]).optional(),
  noise: z.string().optional(),
  samples: z.number().optional(),
  seed: z.number().optional(),
  perFact: z.enum(['own', 'same']).optional(),
  window: z.union([askedWindow, z.looseObject({})]).optional(),
});

/** A question to a spec. Rejects with one sentence. */
export async function resolveAverageTrace(json: unknown, context: ResolveContext): Promise<AverageTraceSpec> {
  const {
    corruption = 'noise',
    noise: rule,
    samples,
    seed,
    perFact,
    window,
    ...question
  } = parseWith(asked, json, KIND);
  const study = await resolveStudy(question, KIND, context);
  const drawn = () => ({
    ...resolveNoise({ noise: rule, samples, seed }, context.sigma),
    ...(perFact ? { perFact } : {}),
  });
  const spec = {
    kinds: [...traceKinds],
    ...study,
    kind: KIND,
    metric: question.metric ?? 'p',
    corruption:
      typeof corruption === 'object' ? corruption : corruption === 'noise' ? drawn() : { type: 'twin' },
    window: typeof window === 'object' ? window : resolveWindow(window, context.spec.nLayers),
  };
  return parseAverageTrace(spec, context.spec);
}

/** Case i as the question of a causal trace. */
export function traceOf(spec: AverageTraceSpec, i: number): TraceSpec {
  const { corrupted, subject, label: _, ...one } = spec.cases[i]!;
  return {
    version: 1,
    kind: 'causal-trace',
    model: spec.model,
    bos: spec.bos,
    ...one,
    subject: subject!,
    corruption: corruptionOf(spec, corrupted?.tokens ?? [], i),
    metric: spec.metric,
    direction: 'restore',
    kinds: spec.kinds,
    window: spec.window,
    groups: [],
  };
}

function corruptionOf({ corruption }: AverageTraceSpec, twin: number[], i: number): TraceSpec['corruption'] {
  if (corruption.type === 'twin') return { type: 'tokens', tokens: twin };
  const { perFact, ...drawn } = corruption;
  return perFact === 'same' ? drawn : { ...drawn, seed: (drawn.seed + i) % 2 ** 32 };
}
