/** Activation patching's part of a script. */
import type { PatchingSpec } from '../../experiments/activation-patching/experiment';
import type { StudyDocument } from '../../results/study';
import { gridConstants, siteOf } from './grids';
import { casesFlags, casesText, numbersOf, type PartOf } from './part';
import body from './python/activation_patching.py?raw';
import roles from './python/roles.py?raw';
import sweep from './python/sweep.py?raw';

export const patchingPart: PartOf = (any, backend) => {
  const document = any as StudyDocument;
  const spec = document.spec as unknown as PatchingSpec;
  return {
    constants: [casesText(document, spec, 'roles'), gridConstants('GRIDS', spec.grids)].join('\n'),
    body: [sweep, roles, body],
    flags: [
      ...casesFlags(spec, 'roles'),
      spec.direction,
      spec.scale,
      ...(backend === 'transformer-lens' ? ['lens', 'patching'] : ['loops']),
    ],
    sites: spec.grids.map(siteOf),
    numbers: numbersOf(document),
  };
};
