/** An ablation's question: the ablated parts, and their replacement. */
import { MOST } from '../../util/bounds';
import type { ModelSpec } from '../../model/spec';
import { minOf } from '../../util/lists';
import { caseName } from '../common/caseName';
import { dropScale } from '../common/drop';
import { gridChoices, partNames } from '../common/grids';
import { expectThat } from '../common/parse';
import { choice, choices, given, number, resolving, type SpecOf } from '../contract/fields';
import { checkGrids } from '../contract/sweep';
import {
  type AskedReference,
  askedReference,
  eligible,
  eligibleCount,
  type Reference,
  reference,
  referenceForm,
  referenceTokens,
  resolveReference,
} from './reference';

export const KIND = 'ablation';

/** Default number of draws of a resample ablation. */
const SAMPLES = 10;
const SEED = 1;
const RESAMPLE = { whole: true, default: null, only: { method: ['resample'] } };

export const fields = {
  method: choice({
    label: 'Put in its place',
    choices: {
      zero: 'zero',
      mean: 'the mean over a reference set',
      'mean-per-position': 'that mean, position by position (prompts of one length)',
      resample: 'the state in another prompt',
    },
    default: 'mean',
  }),
  units: choices({
    label: 'Parts to ablate',
    choices: gridChoices(partNames),
    default: ['attn_out_all_pos', 'mlp_out_all_pos', 'attn_head_out_all_pos'],
  }),
  scale: dropScale,
  /** Source of the replacement; absent for zero. */
  reference: resolving(
    given(reference.optional(), referenceForm),
    (asked, study, context) => {
      if (study.method !== 'zero')
        return resolveReference(asked as AskedReference, study, `${KIND}: reference`, context);
      // Prompts typed for another method are kept for later.
      return Array.isArray(asked) ? undefined : asked;
    },
    askedReference,
  ),
  /** Resample: reference prompts per case, and the seed of the draw. */
  samples: resolving(
    number({ ...RESAMPLE, label: 'Prompts to resample from', min: 1, max: MOST.samples }),
    (_, study) => {
      if (study.method !== 'resample' || study.samples !== undefined) return study.samples;
      const prompts = referenceTokens(study.reference as Reference, study.cases);
      const most = minOf(study.cases.map(({ tokens }) => eligible(tokens, prompts).length));
      return Math.max(1, Math.min(SAMPLES, most));
    },
  ),
  seed: resolving(
    number({ ...RESAMPLE, label: 'Seed of the choice', min: 0, max: 0xffffffff }),
    (_, { method, seed }) => (method === 'resample' ? (seed ?? SEED) : seed),
  ),
};

export type AblationSpec = SpecOf<typeof fields>;

export function checkAblation(spec: AblationSpec, model?: ModelSpec): void {
  checkGrids(`${KIND}: units`, spec.units, spec, model);
  const { method, samples, seed } = spec;
  const has = (value: unknown) => (value === undefined ? 'nothing' : 'one');
  const needed = (field: string, value: unknown, isNeeded: boolean) =>
    expectThat(
      (value !== undefined) === isNeeded,
      `${KIND}: ${field}`,
      has(value),
      isNeeded ? `one, for method ${method}` : `nothing, for method ${method}`,
    );
  needed('reference', spec.reference, method !== 'zero');
  needed('samples', samples, method === 'resample');
  needed('seed', seed, method === 'resample');
  checkReference(spec, model);
}

function checkReference(spec: AblationSpec, model: ModelSpec | undefined): void {
  const prompts = referenceTokens(spec.reference, spec.cases);
  for (const [i, tokens] of prompts.entries()) {
    const where = `${KIND}: reference[${i}]`;
    if (model) {
      const { nCtx, nEmbeddings } = model;
      expectThat(tokens.length <= nCtx, where, `${tokens.length} tokens`, `at most ${nCtx}`);
      const outside = tokens.find((id) => id >= nEmbeddings);
      expectThat(outside === undefined, where, `token id ${outside}`, `ids below ${nEmbeddings}`);
    }
    if (spec.method === 'mean-per-position') {
      const T = spec.cases[0]!.tokens.length;
      expectThat(tokens.length === T, where, `${tokens.length} tokens`, `${T}, as many as the prompt has`);
    }
  }
  const count = spec.method === 'resample' ? eligibleCount(prompts) : () => 0;
  for (const [i, { tokens }] of spec.cases.entries()) {
    const where = caseName(KIND, spec.cases, i);
    const T = spec.cases[0]!.tokens.length;
    if (spec.method === 'mean-per-position')
      expectThat(
        tokens.length === T,
        `${where}: the prompt`,
        `${tokens.length} tokens`,
        `${T}, as in the first prompt`,
      );
    if (spec.method !== 'resample') continue;
    const n = count(tokens);
    expectThat(
      n >= spec.samples!,
      `${where}: the prompt`,
      `${n} other reference prompts of ${tokens.length} tokens`,
      `at least ${spec.samples}, the number of samples`,
    );
  }
}
