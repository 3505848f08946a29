/** The causal trace's part of a script. */
import type { TraceSpec } from '../../experiments/trace/spec';
import { cellOf, levelOf } from '../../results/cell';
import type { ResultDocument } from '../../results/document';
import { TRACE_KINDS } from '../../results/traceMap';
import { checkAnswerRow, type Numbers, type PartOf } from './part';
import { python } from '../../util/code/python';
import { files } from './files';

const HOOKS = { hidden: 'hook_resid_post', mlp: 'hook_mlp_out', attn: 'hook_attn_out' };

export const tracePart: PartOf = (document) => {
  const spec = document.spec as TraceSpec;
  checkAnswerRow(spec);
  const { corruption, groups } = spec;
  const isNoise = corruption.type === 'noise';
  const kinds = spec.kinds.filter((kind) => document.figures.some(({ name }) => name === kind));
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

function numbersOf(document: ResultDocument): Numbers[] {
  const maps = TRACE_KINDS.flatMap((kind) => document.figures.find(({ name }) => name === kind) ?? []);
  const level = (name: string): Numbers => ({
    name,
    shape: [],
    values: [maps[0] ? (levelOf(maps[0], name)?.value ?? null) : null],
  });
  const arrays = maps.flatMap((figure) => {
    const [rows, layers] = figure.axes;
    const [T, L] = [document.tokens.length, layers!.labels.length];
    const effects = figure.values.map((_, cell) => cellOf(figure, cell).difference);
    return [
      { name: `${figure.name} restored`, shape: [T, L], values: figure.values.slice(0, T * L) },
      { name: `${figure.name} effect`, shape: [T, L], values: effects.slice(0, T * L) },
      ...rows!.labels.slice(T).map((label, g) => ({
        name: `${figure.name} effect of ${label.replace(/^whole /, '')}`,
        shape: [L],
        values: effects.slice((T + g) * L, (T + g + 1) * L),
      })),
    ];
  });
  return [level('clean'), level('corrupted'), ...arrays];
}
