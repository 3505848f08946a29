/** The causal trace's part of a script. */
import type { TraceSpec } from '../../experiments/trace/spec';
import { asTrace, type TraceDocument } from '../../results/document';
import { checkAnswerRow, type Numbers, type PartOf } from './part';
import { python } from '../../util/code/python';
import { files } from './files';

const HOOKS = { hidden: 'hook_resid_post', mlp: 'hook_mlp_out', attn: 'hook_attn_out' };

export const tracePart: PartOf = (any) => {
  const document = asTrace(any);
  const spec = document.spec as TraceSpec;
  checkAnswerRow(spec);
  const { corruption, groups } = spec;
  const isNoise = corruption.type === 'noise';
  const kinds = spec.kinds.filter((kind) => document.kinds[kind]);
  const constants = [
    python`PROMPT = ${spec.prompt}`,
    python`TOKENS = ${spec.tokens}`,
    python`CASE = ${{ answer: spec.answer.id, distractor: spec.distractor?.id }}`,
    ...(isNoise
      ? [
          python`SUBJECT = ${[spec.subject.begin, spec.subject.end]}  # positions [begin, end)`,
          python`NOISE = ${corruption.factor} * ${corruption.sigma}  # times the standard deviation of subjects' embeddings`,
          python`SAMPLES, SEED = ${corruption.samples}, ${corruption.seed}`,
        ]
      : [python`CORRUPTED = ${corruption.tokens}  # the prompt that takes its place`]),
    python`KINDS = ${kinds}  # of restored state; hidden: a single layer, the others: a window of layers`,
    python`HOOKS = ${new Map(kinds.map((kind) => [kind, HOOKS[kind]]))}`,
    python`WINDOW = ${spec.window.layers}  # [begin, end) around each layer`,
    ...(groups.length > 0
      ? [python`GROUPS = ${new Map(groups.map(({ name, rows }) => [name, rows]))}  # restored together`]
      : []),
  ];
  return {
    constants,
    body: [files.causalTrace],
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
