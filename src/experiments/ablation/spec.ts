/** An ablation's question, fully resolved: what is removed, and what takes its place. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import type { ModelSpec } from '../../model/spec';
import { caseName } from '../common/caseName';
import { checkGrids } from '../common/gridFigure';
import { hasGrid, partNames } from '../common/grids';
import { dropScale } from '../common/drop';
import { expectThat, parseStudy } from '../common/parse';
import { studyFields } from '../common/spec';
import { eligibleCount, reference, referenceTokens } from './reference';

export const KIND = 'ablation';

export const ablationMethods = ['zero', 'mean', 'mean-per-position', 'resample'] as const;

const ablationSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    method: z.enum(ablationMethods).default('mean'),
    units: z
      .array(z.enum(partNames))
      .min(1)
      .default(['attn_out_all_pos', 'mlp_out_all_pos', 'attn_head_out_all_pos']),
    scale: dropScale.default('drop'),
    /** Where the replacement is from; absent for zero. */
    reference: reference.optional(),
    /** Resample: reference prompts drawn for every case, and the seed of the draw. */
    samples: z.number().int().min(1).max(MOST.samples).optional(),
    seed: z.number().int().min(0).max(0xffffffff).optional(),
  })
  .strict();

export type AblationSpec = z.infer<typeof ablationSpec>;

export function parseAblation(json: unknown, model?: ModelSpec): AblationSpec {
  const spec = parseStudy(ablationSpec, json, KIND, model);
  checkGrids(`${KIND}: units`, spec.units, spec, (name) => !model || hasGrid(model, name));
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
  return spec;
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
