/** Activation patching's part of a script. */
import type { PatchingSpec } from '../../experiments/activation-patching/spec';
import { python } from '../../util/code/python';
import { files } from './files';
import { gridConstants, siteOf } from './grids';
import { caseConstants, casesFlags, type PartOf } from './part';

export const patchingPart: PartOf = (document, backend) => {
  const spec = document.spec as unknown as PatchingSpec;
  return {
    constants: [...caseConstants(document, spec, 'roles'), ...gridConstants(python`GRIDS`, spec.grids)],
    body: [files.sweep, files.roles, files.activationPatching],
    measure: python`patch`,
    flags: [
      ...casesFlags(spec, 'roles'),
      spec.direction,
      spec.scale,
      ...(backend === 'transformer-lens' ? ['lens', 'patching'] : ['loops']),
    ],
    sites: spec.grids.map(siteOf),
  };
};
