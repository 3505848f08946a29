/** The causal trace's part of a script. */
import type { TraceSpec } from '../../experiments/trace/spec';
import { asTrace, type TraceDocument } from '../../results/document';
import { checkAnswerRow, type Numbers, type PartOf } from './part';
import body from './python/causal_trace.py?raw';
import { literal } from './template';

const HOOKS = { hidden: 'hook_resid_post', mlp: 'hook_mlp_out', attn: 'hook_attn_out' };

export const tracePart: PartOf = (any) => {
  const document = asTrace(any);
  const spec = document.spec as TraceSpec;
  checkAnswerRow(spec);
  const { corruption, groups } = spec;
  const isNoise = corruption.type === 'noise';
  const kinds = spec.kinds.filter((kind) => document.kinds[kind]);
  const constants = [
    `TOKENS = ${literal(spec.tokens)}  # ${literal(spec.prompt)}`,
    `CASE = ${literal({ answer: spec.answer.id, distractor: spec.distractor?.id })}`,
    ...(isNoise
      ? [
          `SUBJECT = ${literal([spec.subject.begin, spec.subject.end])}  # positions [begin, end)`,
          `NOISE = ${corruption.factor} * ${corruption.sigma}  # times the standard deviation of subjects' embeddings`,
          `SAMPLES, SEED = ${corruption.samples}, ${corruption.seed}`,
        ]
      : [`CORRUPTED = ${literal(corruption.tokens)}  # the prompt that takes its place`]),
    `KINDS = ${literal(kinds)}  # of restored state; hidden: a single layer, the others: a window of layers`,
    `HOOKS = ${literal(Object.fromEntries(kinds.map((kind) => [kind, HOOKS[kind]])))}`,
    `WINDOW = ${literal(spec.window.layers)}  # [begin, end) around each layer`,
    ...(groups.length > 0
      ? [
          `GROUPS = ${literal(Object.fromEntries(groups.map(({ name, rows }) => [name, rows])))}  # restored together`,
        ]
      : []),
  ];
  return {
    constants: constants.join('\n'),
    body: [body],
    flags: [isNoise ? 'noise' : 'replacement', ...(groups.length > 0 ? ['groups'] : [])],
    sites: [...(isNoise ? ['hook_embed'] : []), ...kinds.map((kind) => HOOKS[kind])],
    numbers: numbersOf(document),
  };
};

function numbersOf({ clean, corrupted, kinds }: TraceDocument): Numbers[] {
  const level = (name: string, value: number): Numbers => ({ name, shape: [], values: [value] });
  const maps = Object.entries(kinds).flatMap(([kind, result]) => {
    if (!result) return [];
    const { restored, effect, groups } = result;
    const map = (name: string, rows: readonly (readonly number[])[]): Numbers => ({
      name: `${kind} ${name}`,
      shape: [rows.length, rows[0]!.length],
      values: rows.flat(),
    });
    return [
      map('restored', restored),
      map('effect', effect),
      ...groups.map((group) => ({
        name: `${kind} effect of ${group.name}`,
        shape: [group.effect.length],
        values: group.effect,
      })),
    ];
  });
  return [level('clean', clean.metric), level('corrupted', corrupted.metric), ...maps];
}
