/** Ablation's part of a script. */
import { eligible, referenceTokens } from '../../experiments/ablation/reference';
import { drawn } from '../../experiments/common/drawn';
import type { AblationSpec } from '../../experiments/ablation/spec';
import { python } from '../../util/code/python';
import { files } from './files';
import { gridConstants, siteOf } from './grids';
import { caseConstants, casesFlags, type PartOf } from './part';

export const ablationPart: PartOf = (document) => {
  const spec = document.spec as unknown as AblationSpec;
  const prompts = referenceTokens(spec.reference, spec.cases);
  const others = (i: number) => drawn(eligible(spec.cases[i]!.tokens, prompts), spec.samples!, spec.seed!);
  const isMean = spec.method === 'mean' || spec.method === 'mean-per-position';
  return {
    constants: [
      ...caseConstants(document, spec, 'roles', (i) =>
        spec.method === 'resample' ? { others: others(i) } : {},
      ),
      ...(isMean ? [python`REFERENCE = ${prompts}  # prompts whose mean activation is put in`] : []),
      ...gridConstants(python`UNITS`, spec.units),
    ],
    body: [files.sweep, files.roles, files.ablation],
    measure: python`ablate`,
    flags: [...casesFlags(spec, 'roles'), spec.method, spec.scale],
    sites: spec.units.map(siteOf),
  };
};
