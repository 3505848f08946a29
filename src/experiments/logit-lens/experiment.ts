/**
 * The logit lens (nostalgebraist 2020): what the model would say if it stopped after each block, at each position: the
 * likeliest tokens, the answer's probability and rank, entropy, and the divergence from what it says in the end. Beside the
 * residual stream also what a sub-layer alone writes, and with or without the final norm.
 */
import { z } from 'zod';
import { largestIds } from '../../util/largest';
import { rowMetric } from '../../util/rowMetric';
import type { Run } from '../../forward/request/types';
import { studyDocument } from '../common/document';
import { entropy, klDivergence, logSoftmax } from '../../util/distribution';
import { hasGrid } from '../common/grids';
import { metricRow, metricValue } from '../common/metric';
import { expectThat, parseStudy } from '../common/parse';
import { checkRows } from '../common/placeRows';
import { resolveStudy } from '../common/question';
import { namedRows, rowsOf } from '../common/rows';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { answerRowOf, studyFields } from '../common/spec';
import type { Experiment } from '../experiment';
import { figuresOf, findingOf, type LensNumbers, type Readings } from './figures';
import { lensEdit, lensEntries, type LensState, lensStates } from './states';
import { quoted } from '../../util/parse';

const KIND = 'logit-lens';
const LOGITS = 'unembed.hook_out';

const lensSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    states: z.array(z.enum(lensStates)).min(1).default(['resid_post']),
    /** 'final': through the model's final norm, its scale computed anew from the state; 'none': as it is. */
    norm: z.enum(['final', 'none']).default('final'),
    positions: namedRows.default('all'),
    /** Tokens that are listed per block at the answer's row. */
    topK: z.number().int().min(1).max(50).default(5),
  })
  .strict();

export type LensSpec = z.infer<typeof lensSpec>;

const runId = (state: LensState, entry: number): string => `${state}.${entry}`;

/** The chosen positions, and the answer's row in any case. */
function readRows(spec: LensSpec, i: number): number[] {
  const one = spec.cases[i]!;
  return [...new Set([...rowsOf(spec.positions, one, KIND), answerRowOf(one)])];
}

export const lensExperiment: Experiment<LensSpec, LensNumbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Logit lens',
    asks: 'What would the model say if it stopped after this block?',
    mediators: ['residual stream', 'sub-layer'],
    search: 'observation',
    interventions: [],
    limits:
      'A token that can be read after a block need not be used, and a state that reads as nonsense can hold the answer.',
    docs: 'logit-lens.md',
    citation: {
      text: 'nostalgebraist, interpreting GPT: the logit lens (2020)',
      url: 'https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens',
    },
    options: [
      {
        name: 'states',
        label: 'States to read',
        kind: 'multichoice',
        choices: [
          { value: 'resid_post', label: 'residual stream after the block' },
          { value: 'resid_mid', label: 'residual stream after attention' },
          { value: 'attn_out', label: 'attention outputs' },
          { value: 'mlp_out', label: 'MLP outputs' },
        ],
        default: ['resid_post'],
      },
      {
        name: 'norm',
        label: 'Through',
        kind: 'choice',
        choices: [
          { value: 'final', label: 'the final norm' },
          { value: 'none', label: 'no norm' },
        ],
        default: 'final',
      },
      { name: 'topK', label: 'Tokens to list', kind: 'number', default: 5, min: 1, max: 50 },
    ],
  },
  parseSpec(json, model) {
    const spec = parseStudy(lensSpec, json, KIND, model);
    checkRows(spec.positions, spec, `${KIND}: positions`);
    expectThat(
      new Set(spec.states).size === spec.states.length,
      `${KIND}: states`,
      spec.states.join(),
      'each once',
    );
    if (!model) return spec;
    for (const state of spec.states)
      expectThat(hasGrid(model, state), `${KIND}: states`, quoted(state), 'a state that this model has');
    const reads = model.head === 'lm' || (model.head !== 'none' && spec.norm === 'final');
    expectThat(
      reads,
      `${KIND}: norm`,
      `${quoted(spec.norm)} with head ${model.head}`,
      "a model with an unembedding, and 'final' for an encoder",
    );
    return spec;
  },
  resolve: async (question, context) => {
    const spec = { ...(await resolveStudy(question, KIND, context)), kind: KIND };
    return lensExperiment.parseSpec(spec, context.spec);
  },
  cases: (spec) => spec.cases.length,
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const rows = readRows(spec, i);
    const captures = [{ site: LOGITS, rows }];
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric: metricRow(one), captures }];
    for (const state of spec.states) {
      for (const [e, { site }] of lensEntries(model, state).entries()) {
        const edits = [lensEdit(model, site, 'clean', rows, spec.norm === 'final')];
        runs.push({ id: runId(state, e), base: 'clean', edits, captures, unit: runId(state, e) });
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean run' : `reading ${unit}`),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has('')) return null;
    const one = spec.cases[i]!;
    const skipped = skipUnknown(spec, one, runs.clean!.metric!);
    if (skipped) return skipped;
    const rows = readRows(spec, i);
    const V = model.dVocab;
    const logits = (run: string, row: number) => {
      const at = rows.indexOf(row) * V;
      return runs[run]!.captures[LOGITS]!.data.subarray(at, at + V);
    };
    const positions = rowsOf(spec.positions, one, KIND);
    const target = metricRow(one);
    const states: Partial<Record<LensState, Readings>> = {};
    for (const state of spec.states) {
      const entries = lensEntries(model, state).map((_, e) => runId(state, e));
      if (!entries.every((id) => finished.has(id))) continue;
      const cells = entries.flatMap((id) =>
        positions.map((row) => ({ final: logSoftmax(logits('clean', row)), logits: logits(id, row) })),
      );
      const metrics = cells.map((cell) => rowMetric(cell.logits, target));
      const logs = cells.map((cell) => logSoftmax(cell.logits));
      states[state] = {
        top: metrics.map(({ argmax }) => argmax),
        topP: metrics.map(({ max, logSumExp }) => Math.exp(max - logSumExp)),
        p: metrics.map((metric) => metricValue('p', metric)),
        rank: metrics.map(({ rank }) => rank),
        entropy: logs.map(entropy),
        kl: logs.map((log, cell) => klDivergence(cells[cell]!.final, log)),
        list: entries.map((id) => {
          const log = logSoftmax(logits(id, target.row));
          return largestIds(log, spec.topK).map((token) => ({ token, p: Math.exp(log[token]!) }));
        }),
        atAnswer: entries.map((id) => {
          const metric = rowMetric(logits(id, target.row), target);
          return { p: metricValue('p', metric), rank: metric.rank };
        }),
      };
    }
    return { states };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const cases = counted(measured);
    const figures = figuresOf(spec, cases, context);
    const notes = [
      ...(spec.norm === 'none'
        ? ['Read without the final norm: sizes are not those of the model’s own logits.']
        : []),
      ...(spec.outcomes === 'classes'
        ? ['Every position is read with the head that the model itself uses at the first one alone.']
        : []),
    ];
    return studyDocument(spec, measured, context, {
      finding: findingOf(spec, cases, context),
      notes,
      figures,
    });
  },
};
