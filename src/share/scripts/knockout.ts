/** Attention knockout's part of a script. */
import type { KnockoutSpec } from '../../experiments/knockout/experiment';
import { knockoutOf, pairName } from '../../experiments/knockout/sets';
import type { StudyDocument } from '../../results/study';
import { casesFlags, casesText, numbersOf, type PartOf } from './part';
import body from './python/knockout.py?raw';
import roles from './python/roles.py?raw';
import { literal } from './template';

export const knockoutPart: PartOf = (any, backend) => {
  const document = any as StudyDocument;
  const spec = document.spec as unknown as KnockoutSpec;
  const pairs = (i: number) =>
    spec.pairs.map((pair) => {
      const { queries, keys } = knockoutOf(pair, spec.cases[i]!, 'export');
      return [queries, keys];
    });
  const heads = spec.heads?.map(({ layer, head }) => [layer, head]);
  return {
    constants: [
      `# "pairs": queries and the keys that they may not see, ${spec.pairs.map((pair) => `'${pairName(pair)}'`).join(', ')}.`,
      casesText(document, spec, null, (i) => ({ pairs: pairs(i) })),
      `WINDOW = ${literal(spec.window.layers)}  # layers [begin, end) that are masked together around each layer`,
      ...(heads ? [`HEADS = ${literal(heads)}  # layer and head`] : []),
    ].join('\n'),
    body: [roles, body],
    flags: [...casesFlags(spec, null), 'masks', spec.scale, heads ? 'heads' : 'all_heads'],
    sites: backend === 'nnsight' ? ['attn.hook_pattern'] : [],
    numbers: numbersOf(document),
  };
};
