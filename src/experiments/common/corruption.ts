/**
 * How a study corrupts its prompts: several draws of noise on the subject's embeddings, or the
 * twin.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import type { MetricRow, Run } from '../../forward/request/types';
import { countText } from '../../results/format';
import { amount } from '../contract/columns';
import type { Field } from '../contract/fields';
import { caseName } from './caseName';
import { NOISE, type Noise, noise, noiseEdit, resolveNoise, type Sigma } from './noise';
import { expectThat } from './parse';
import type { StudyCase } from './spec';

const twin = z.object({ type: z.literal('twin') }).strict();

const corruption = z.discriminatedUnion('type', [noise.strict(), twin]);
export type Corruption = z.infer<typeof corruption>;

/** A kind by name with all defaults, noise with some fields set, or a resolved corruption. */
const askedCorruption = z.union([
  z.enum(['noise', 'twin']),
  corruption,
  z.object({
    type: z.literal('noise').optional(),
    noise: z.string().optional(),
    samples: z.number().optional(),
    seed: z.number().optional(),
  }),
]);

export const corruptionField: Field<Corruption> = {
  schema: corruption,
  form: {
    kind: 'variant',
    label: 'Corrupt by (default: the twin if there is one)',
    tag: 'type',
    variants: [
      {
        value: 'noise',
        label: 'noise on the subject',
        fields: [
          { name: 'noise', label: 'size (s3 is three sigma)', kind: 'noise', default: NOISE.noise },
          amount('samples', 'draws', NOISE.samples, { min: 1, max: MOST.samples }),
          amount('seed', 'seed', NOISE.seed, { min: 0, max: 0xffffffff }),
        ],
      },
      { value: 'twin', label: 'the corrupted twin', fields: [] },
    ],
    default: null,
  },
  asked: askedCorruption,
  resolve: (asked, { cases }, { sigma }) => resolveCorruption(asked as Asked, cases, sigma),
};

type Asked = z.infer<typeof askedCorruption> | undefined;

/** Default: the twins if every case has one, else ROME's noise. Throws one sentence. */
function resolveCorruption(asked: Asked, cases: readonly StudyCase[], sigma: Sigma | null): Corruption {
  const hasTwins = cases.every((one) => one.corrupted);
  const wanted = asked ?? (hasTwins ? 'twin' : 'noise');
  if (wanted === 'twin') return { type: 'twin' };
  if (wanted === 'noise') return resolveNoise({}, sigma);
  return wanted.type === 'twin' || 'sigma' in wanted ? wanted : resolveNoise(wanted, sigma);
}

/** Checks that every case has the subject or the twin that it needs. Throws one sentence. */
export function checkCorruption(where: string, { type }: Corruption, cases: readonly StudyCase[]): void {
  for (const [i, one] of cases.entries()) {
    const name = caseName(where, cases, i);
    if (type === 'noise')
      expectThat(one.subject !== undefined, `${name}: subject`, 'nothing', 'words of the prompt, for noise');
    else
      expectThat(
        one.corrupted !== undefined,
        `${name}: the corrupted prompt`,
        'nothing',
        'a prompt of as many tokens',
      );
  }
}

/** Corrupted runs per case; 1 for a twin, which does not vary. */
export function drawsOf(how: Corruption): number {
  return how.type === 'noise' ? how.samples : 1;
}

/** The corrupted run; its samples are the draws. */
export const CORRUPTED = 'corrupted';

/** Id of a corrupted draw's results. */
export const corruptedId = (draw: number): string => `${CORRUPTED}.${draw}`;

/** The corrupted run with all its draws; noise is added to the clean run. */
export function corruptedRun(how: Corruption, one: StudyCase, metric: MetricRow): Run {
  const common = { id: CORRUPTED, samples: [0, drawsOf(how)] as const, metric };
  if (how.type === 'twin') return { ...common, tokens: one.corrupted!.tokens };
  return { ...common, base: 'clean', edits: [noiseEdit(how, one.subject!)] };
}

/** 'noise on the subject (s3, 10 draws)' */
export function corruptionText(how: Corruption): string {
  return how.type === 'twin' ? 'the corrupted twin' : noiseText(how);
}

const noiseText = ({ rule, samples }: Noise) =>
  `noise on the subject (${rule}, ${countText(samples, 'draws')})`;
