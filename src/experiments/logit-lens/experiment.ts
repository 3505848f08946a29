/**
 * The logit lens (nostalgebraist 2020): the model's prediction if it stopped after each block, at
 * each position: likeliest tokens, the answer's probability and rank, entropy, and divergence from
 * the final output. Also for single sub-layers' writes, with or without the final norm, and through
 * a Jacobian lens (Gurnee et al. 2026), in the same cells.
 */
import { LOGITS } from '../../model/siteKinds';
import { largestIds } from '../../util/largest';
import { rowMetric } from '../../util/rowMetric';
import type { Run } from '../../forward/request/types';
import { entropy, klDivergence, logSoftmax } from '../../util/distribution';
import { hasGrid } from '../common/grids';
import { checkLens, lensField } from '../common/lens';
import { metricRow, metricValue } from '../common/metric';
import { expectThat } from '../common/parse';
import { checkRows } from '../common/placeRows';
import { rowsAndAnswer, rowsField, rowsOf } from '../common/rows';
import { choice, choices, number, type SpecOf } from '../contract/fields';
import { study } from '../contract/study';
import { figuresOf, findingOf } from './figures';
import type { Readings } from './readings';
import { besideFigures, lensNotes } from './beside';
import { checkNumbers, prepareStates, readsLens, type Transported } from './jacobian';
import { gridOf, lensEdit, lensEntries, type LensState, stateChoices, stateOf } from './states';
import { quoted } from '../../util/parse';

const KIND = 'logit-lens';

const fields = {
  states: choices({
    label: 'States to read',
    choices: stateChoices,
    default: ['resid_post'],
  }),
  /** 'final': the model's final norm, with the state's own scale; 'none': no norm. */
  norm: choice({
    label: 'Through',
    choices: { final: 'the final norm', none: 'no norm' },
    default: 'final',
  }),
  positions: rowsField('Read'),
  /** Tokens listed per block at the answer's row. */
  topK: number({ label: 'Tokens to list', default: 5, min: 1, max: 50, whole: true }),
  lens: lensField(({ states }) => Array.isArray(states) && states.includes('jacobian')),
};

export type LensSpec = SpecOf<typeof fields>;

const runId = (state: LensState, entry: number): string => `${state}.${entry}`;

interface Numbers {
  readonly states: Readonly<Partial<Record<LensState, Readings>>>;
}

export const lensExperiment = study<typeof fields, Numbers, Transported, readonly Transported[]>({
  kind: KIND,
  about: {
    title: 'Logit lens',
    asks: 'What would the model say if it stopped after this block?',
    group: 'where',
    short: 'When is it known?',
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
  },
  fields,
  check(spec, model) {
    const { states } = spec;
    checkLens(KIND, spec, readsLens(spec) ? 'all' : null, model);
    checkRows(spec.positions, spec, `${KIND}: positions`);
    expectThat(new Set(states).size === states.length, `${KIND}: states`, states.join(), 'each once');
    if (!model) return;
    for (const state of spec.states)
      expectThat(
        hasGrid(model, gridOf(state)),
        `${KIND}: states`,
        quoted(state),
        'a state that this model has',
      );
    const reads = model.head === 'lm' || (model.head !== 'none' && spec.norm === 'final');
    expectThat(
      reads,
      `${KIND}: norm`,
      `${quoted(spec.norm)} with head ${model.head}`,
      "a model with an unembedding, and 'final' for an encoder",
    );
    checkNumbers(KIND, spec, model);
  },
  prepare: prepareStates,
  plan(spec, model, i, prepared) {
    const one = spec.cases[i]!;
    const rows = rowsAndAnswer(spec.positions, one, KIND);
    const captures = [{ site: LOGITS, rows }];
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric: metricRow(one), captures }];
    for (const state of spec.states) {
      for (const [e, entry] of lensEntries(model, state, spec.lens?.layers).entries()) {
        const { through } = entry;
        const source =
          through === null
            ? stateOf('clean', entry)
            : ({ kind: 'vector', values: prepared[i]![through]! } as const);
        const edits = [lensEdit(model, rows, source, spec.norm === 'final')];
        runs.push({ id: runId(state, e), base: 'clean', edits, captures, unit: runId(state, e) });
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean run' : `reading ${unit}`),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has('')) return null;
    const one = spec.cases[i]!;
    const rows = rowsAndAnswer(spec.positions, one, KIND);
    const V = model.dVocab;
    const logits = (run: string, row: number) => {
      const at = rows.indexOf(row) * V;
      return runs[run]!.captures[LOGITS]!.data.subarray(at, at + V);
    };
    const positions = rowsOf(spec.positions, one, KIND);
    const target = metricRow(one);
    const states: Partial<Record<LensState, Readings>> = {};
    for (const state of spec.states) {
      const entries = lensEntries(model, state, spec.lens?.layers).map((_, e) => runId(state, e));
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
  found: (spec, cases, context) => ({
    finding: findingOf(spec, cases, context),
    notes: [
      ...lensNotes(spec, context.spec),
      ...(spec.norm === 'none'
        ? ['Read without the final norm: sizes are not those of the model’s own logits.']
        : []),
      ...(spec.outcomes === 'classes'
        ? ['Every position is read with the head that the model itself uses at the first one alone.']
        : []),
    ],
    figures: [...figuresOf(spec, cases, context), ...besideFigures(spec, cases, context)],
  }),
});
