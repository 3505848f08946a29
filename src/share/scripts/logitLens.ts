/** The logit lens's part of a script. */
import { placeRows } from '../../experiments/common/placeRows';
import type { LensSpec } from '../../experiments/logit-lens/experiment';
import { python } from '../../util/code/python';
import { files } from './files';
import { caseConstants, casesFlags, type PartOf, refuse } from './part';

export const lensPart: PartOf = (document) => {
  const spec = document.spec as unknown as LensSpec;
  if (spec.lens)
    refuse('a script has no matrices of a lens', 'a Jacobian lens', 'states read by the logit lens alone');
  const isWhole = spec.positions === 'all';
  const rows = placeRows(spec, spec.positions, String);
  return {
    constants: [
      ...caseConstants(document, spec, 'roles', (i) => (isWhole ? {} : { roles: rows.positions(i) })),
      python`STATES = ${spec.states}  # what is read`,
      python`NORM = ${spec.norm === 'final'}  # through the final norm`,
      ...(spec.cases.length === 1 ? [python`TOP_K = ${spec.topK}`] : []),
    ],
    body: [files.roles, files.logitLens],
    measure: python`lens`,
    flags: [
      ...casesFlags(spec, 'roles'),
      'read_out',
      ...(isWhole ? [] : ['roles']),
      isWhole && spec.cases.length === 1 ? 'positions' : 'rows',
    ],
    sites: ['hook_resid_pre', 'hook_resid_post', ...spec.states.map((state) => `hook_${state}`)],
  };
};
