/** A trace's own fields. */
import { z } from 'zod';
import { quoted } from '../../util/parse';
import { range } from '../../util/range';
import { corruptionField } from '../common/corruption';
import type { StudyCase } from '../common/spec';
import type { Span } from '../common/subject';
import { choices, given, resolving } from '../contract/fields';
import { listed } from '../contract/listed';
import { windowField } from '../contract/windowField';
import { traceGroups, traceKinds } from './spec';

const GROUPS = { subject: 'the whole subject', all: 'all tokens' };

export const fields = {
  corruption: corruptionField,
  /** Those that the model has: attention-only blocks have no MLP. */
  kinds: resolving(
    choices({
      label: 'Restore',
      choices: { hidden: 'hidden states', mlp: 'MLP outputs', attn: 'attention outputs' },
      default: traceKinds,
    }),
    (asked = traceKinds, _, { spec }) => {
      const names = asked as readonly string[];
      const kinds = traceKinds.filter((kind) => names.includes(kind) && (kind !== 'mlp' || spec.dMlp > 0));
      if (kinds.length > 0) return kinds;
      throw new Error(`kinds: this model has no MLPs, got 'mlp', expected some of hidden, attn.`);
    },
    z.array(z.enum(traceKinds)).min(1),
  ),
  window: windowField('Layers restored at once (MLP, attention)'),
  groups: resolving(
    given(traceGroups, {
      kind: 'multichoice',
      label: 'Restore together, too',
      choices: listed(GROUPS),
      default: [],
      least: 0,
    }),
    (asked = [], { cases: [one] }) => groupsOf(asked as readonly string[], one!),
    z.array(z.string()),
  ),
};

function groupsOf(asked: readonly string[], { subject, tokens }: StudyCase) {
  const spans: Readonly<Record<string, Span>> = { subject: subject!, all: { begin: 0, end: tokens.length } };
  return [...new Set(asked)].map((name) => {
    if (!Object.hasOwn(spans, name))
      throw new Error(
        `groups: unknown, got ${quoted(name)}, expected some of ${Object.keys(spans).join(', ')}.`,
      );
    const { begin, end } = spans[name]!;
    return { name, rows: range(begin, end) };
  });
}
