/** Attention knockout's part of a script. */
import type { KnockoutSpec } from '../../experiments/knockout/experiment';
import { knockoutOf, pairName } from '../../experiments/knockout/sets';
import { python } from '../../util/code/python';
import { files } from './files';
import { caseConstants, casesFlags, type PartOf } from './part';

export const knockoutPart: PartOf = (document, backend) => {
  const spec = document.spec as unknown as KnockoutSpec;
  const pairs = (i: number) =>
    spec.pairs.map((pair) => {
      const { queries, keys } = knockoutOf(pair, spec.cases[i]!, 'export');
      return [queries, keys];
    });
  const heads = spec.heads?.map(({ layer, head }) => [layer, head]);
  return {
    constants: [
      python`PAIRS = ${spec.pairs.map(pairName)}  # "pairs" of each case: queries, and the keys that they may not see`,
      ...caseConstants(document, spec, null, (i) => ({ pairs: pairs(i) })),
      python`WINDOW = ${spec.window.layers}  # layers [begin, end) that are masked together around each layer`,
      ...(heads ? [python`HEADS = ${heads}  # layer and head`] : []),
    ],
    body: [files.roles, files.changes, files.knockout],
    measure: python`knock_out`,
    flags: [...casesFlags(spec, null), 'masks', spec.scale, heads ? 'heads' : 'all_heads'],
    sites: backend === 'nnsight' ? ['attn.hook_pattern'] : [],
  };
};
