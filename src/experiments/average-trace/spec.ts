/** The resolved question of an average trace; each case is the question of a causal trace. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { noise, type NoiseQuestion, resolveNoise } from '../common/noise';
import { expectThat } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import { checkWindow, checkWindowLayers } from '../common/window';
import {
  askedOnly,
  check,
  choice,
  choices,
  given,
  number,
  resolving,
  type SpecOf,
  seed,
} from '../contract/fields';
import { windowField } from '../contract/windowField';
import type { Needs } from '../experiment';
import { parseWith } from '../../util/parse';
import type { TraceSpec } from '../trace/spec';

export const KIND = 'average-trace';

const corruption = z.discriminatedUnion('type', [
  noise.extend({
    /** 'own': fact i draws with seed + i; 'same': every fact draws with seed, as in ROME's code. */
    perFact: z.enum(['own', 'same']).default('own'),
  }),
  /** Each case's own corrupted twin. */
  z.object({ type: z.literal('twin') }).strict(),
]);

const NOISE = { corruption: ['noise'] };

export const fields = {
  /** Noise, or each case's corrupted twin; an object in a resolved spec. */
  corruption: resolving(
    given(corruption, {
      kind: 'choice',
      label: 'Corrupt by',
      choices: [
        { value: 'noise', label: 'noise on the subject' },
        { value: 'twin', label: 'the twin of each prompt' },
      ],
      default: 'noise',
    }),
    (asked = 'noise', { noise: rule, samples, seed, perFact }, { sigma }) => {
      if (typeof asked === 'object') return asked;
      if (asked === 'twin') return { type: 'twin' };
      const question = { noise: rule, samples, seed } as NoiseQuestion;
      return { ...resolveNoise(question, sigma), ...(perFact ? { perFact } : {}) };
    },
    z.union([z.enum(['noise', 'twin']), z.looseObject({})]),
  ),
  noise: askedOnly(
    given(z.string(), {
      kind: 'text',
      label: 'Size of the noise (s3 is three sigma)',
      default: null,
      only: NOISE,
    }),
  ),
  samples: askedOnly(
    number({ label: 'Draws of noise for each prompt', default: 10, min: 1, max: 1000, only: NOISE }),
  ),
  seed: askedOnly(seed('Seed of the noise', 1, { only: NOISE, isRare: true })),
  perFact: askedOnly(
    choice({
      label: 'Each prompt has',
      choices: { own: 'draws of its own', same: 'the same draws, as in ROME’s code' },
      default: 'own',
      only: NOISE,
      isRare: true,
    }),
  ),
  kinds: choices({
    label: 'Restore',
    choices: { hidden: 'hidden states', mlp: 'MLP outputs', attn: 'attention outputs' },
    default: ['hidden', 'mlp', 'attn'],
  }),
  window: windowField('Layers restored together (MLP, attention)'),
  /** As ROME does. */
  onlyKnown: check({ label: 'Leave out facts that the model does not know', default: true }),
};

export type AverageTraceSpec = SpecOf<typeof fields>;

export function checkAverageTrace({ kinds, window }: AverageTraceSpec, model?: ModelSpec): void {
  expectThat(new Set(kinds).size === kinds.length, `${KIND}: kinds`, kinds.join(), 'each kind once');
  checkWindow(KIND, window);
  if (model) checkWindowLayers(KIND, window, model.nLayers);
}

/** Of a question or a spec. */
export function averageTraceNeeds(json: unknown): Needs {
  const asked = z.looseObject({ corruption: z.looseObject({ type: z.string() }) });
  return { subject: true, corrupted: parseWith(asked, json, KIND).corruption.type === 'twin' };
}

/** Default metric: p, as in ROME. */
export const resolveFacts = (json: unknown, context: ResolveContext): Promise<Record<string, unknown>> =>
  resolveStudy({ metric: 'p', ...(json as object) }, KIND, context);

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
