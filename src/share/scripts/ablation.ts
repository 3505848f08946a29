/** Ablation's part of a script. */
import { drawn, eligible, referenceTokens } from '../../experiments/ablation/reference';
import type { AblationSpec } from '../../experiments/ablation/spec';
import type { StudyDocument } from '../../results/study';
import { gridConstants, siteOf } from './grids';
import { casesFlags, casesText, numbersOf, type PartOf } from './part';
import body from './python/ablation.py?raw';
import roles from './python/roles.py?raw';
import sweep from './python/sweep.py?raw';
import { literal } from './template';

export const ablationPart: PartOf = (any) => {
  const document = any as StudyDocument;
  const spec = document.spec as unknown as AblationSpec;
  const prompts = referenceTokens(spec.reference, spec.cases);
  const others = (i: number) => drawn(eligible(spec.cases[i]!.tokens, prompts), spec.samples!, spec.seed!);
  const isMean = spec.method === 'mean' || spec.method === 'mean-per-position';
  return {
    constants: [
      casesText(document, spec, 'roles', (i) => (spec.method === 'resample' ? { others: others(i) } : {})),
      ...(isMean ? [`REFERENCE = ${literal(prompts)}  # prompts whose mean activation is put in`] : []),
      gridConstants('UNITS', spec.units),
    ].join('\n'),
    body: [sweep, roles, body],
    flags: [...casesFlags(spec, 'roles'), spec.method, spec.scale],
    sites: spec.units.map(siteOf),
    numbers: numbersOf(document),
  };
};
