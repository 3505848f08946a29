/** The causal trace as an experiment: spec, runs, document. */
import type { RunResult } from '../../forward/request/contract';
import { withWords } from '../../results/finding';
import { type KindNumbers, traceDocument } from '../../results/trace';
import type { TraceKind } from '../../results/traceMap';
import { isResolved } from '../common/question';
import { ownOptionsOf } from '../contract/fields';
import type { Experiment } from '../experiment';
import { intervalsOf } from './certainty';
import { fields } from './fields';
import { parseTraceSpec } from './parse';
import { BASELINE_UNIT, planTrace, traceSize } from './plan';
import { DRAWS_LEFT_OUT, reduceBaseline, reduceKind, type TraceBaseline } from './reduce';
import { resolveQuestion } from './resolve';
import type { TraceSpec } from './spec';

/** Rows of the next-token table. */
const NEXT_TOKENS = 10;

/** A trace's state so far. */
interface Measured {
  readonly baseline: TraceBaseline;
  readonly kinds: Kinds;
}

type Kinds = Partial<Record<TraceKind, KindNumbers>>;

export const traceExperiment: Experiment<TraceSpec, Measured> = {
  kind: 'causal-trace',
  about: {
    title: 'Causal trace',
    asks: 'Where is the fact?',
    group: 'where',
    short: 'Where is the fact?',
    mediators: ['residual stream', 'sub-layer'],
    search: 'exhaustive',
    interventions: ['noise', 'swap'],
    limits:
      'A restored state carries what earlier layers computed as well, so a high cell is not the place where the fact is stored.',
    docs: 'causal-trace.md',
    needs: { subject: 'or twin' },
    options: ownOptionsOf(fields),
  },
  parseSpec: parseTraceSpec,
  resolve: async (question, context) =>
    isResolved(question) ? parseTraceSpec(question, context.spec) : resolveQuestion(question, context),
  cases: () => 1,
  size: traceSize,
  doing: (unit) => (unit === BASELINE_UNIT ? 'clean and corrupted runs' : `restoring ${unit}`),
  plan: (spec, model) => planTrace(spec, model),
  measure(spec, model, _, { runs, finished }) {
    if (!finished.has(BASELINE_UNIT)) return null;
    const before = reducedBefore(spec, runs.clean!);
    const baseline = before?.baseline ?? reduceBaseline(spec, runs, NEXT_TOKENS);
    const kinds: Kinds = {};
    for (const kind of spec.kinds) {
      if (finished.has(kind))
        kinds[kind] = before?.kinds[kind] ?? reduceKind(spec, kind, model.nLayers, runs);
    }
    const measured = { baseline, kinds };
    reduced.set(runs.clean!, { spec, measured });
    return measured;
  },
  reduce(spec, [measured], context) {
    if (!measured || Object.keys(measured.kinds).length === 0) return null;
    const { baseline, kinds } = measured;
    const { model, counters, environment, decode, outcome } = context;
    const said = (id: number) => ({ id, token: outcome(id) });
    const isWhole = Object.values(kinds).every((map) => map.draws !== undefined);
    const document = traceDocument({
      spec,
      model,
      tokens: spec.tokens.map((id) => ({ id, token: decode(id) })),
      ...baseline,
      answer: said(spec.answer.id),
      ...(spec.distractor && { distractor: said(spec.distractor.id) }),
      predicted: { ...said(baseline.predicted.id), p: baseline.predicted.p },
      nextTokens: baseline.nextTokens.map((row) => ({ ...row, token: outcome(row.id) })),
      intervals: intervalsOf(spec, isWhole ? [] : [DRAWS_LEFT_OUT]),
      kinds,
      groups: spec.groups,
      counters,
      environment,
    });
    return withWords(document);
  },
};

/** Finished reductions by clean run: a document follows every kind, and earlier parts stay. */
const reduced = new WeakMap<RunResult, { readonly spec: TraceSpec; readonly measured: Measured }>();

function reducedBefore(spec: TraceSpec, clean: RunResult): Measured | null {
  const before = reduced.get(clean);
  return before?.spec === spec ? before.measured : null;
}
