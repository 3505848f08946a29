/** The logit lens's part of a script. */
import { placeRows } from '../../experiments/common/placeRows';
import type { LensSpec } from '../../experiments/logit-lens/experiment';
import type { StudyDocument } from '../../results/study';
import { casesFlags, casesText, numbersOf, type PartOf } from './part';
import body from './python/logit_lens.py?raw';
import roles from './python/roles.py?raw';
import { literal } from './template';

export const lensPart: PartOf = (any) => {
  const document = any as StudyDocument;
  const spec = document.spec as unknown as LensSpec;
  const isWhole = spec.positions === 'all';
  const rows = placeRows(spec, spec.positions, String);
  const constants = [
    casesText(document, spec, 'roles', (i) => (isWhole ? {} : { roles: rows.positions(i) })),
    `STATES = ${literal(spec.states)}  # what is read`,
    `NORM = ${literal(spec.norm === 'final')}  # through the final norm`,
    ...(spec.cases.length === 1 ? [`TOP_K = ${spec.topK}`] : []),
  ];
  return {
    constants: constants.join('\n'),
    body: [roles, body],
    flags: [
      ...casesFlags(spec, 'roles'),
      'read_out',
      ...(isWhole ? [] : ['roles']),
      isWhole && spec.cases.length === 1 ? 'positions' : 'rows',
    ],
    sites: ['hook_resid_pre', 'hook_resid_post', ...spec.states.map((state) => `hook_${state}`)],
    numbers: numbersOf(document),
  };
};
