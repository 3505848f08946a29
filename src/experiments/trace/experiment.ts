/** The causal trace as an experiment: spec, runs, document. */
import { DOCUMENT_VERSION, type TraceDocument } from '../../results/document';
import type { DocumentContext, Experiment } from '../experiment';
import { parseTraceSpec } from './parse';
import { BASELINE_UNIT, planTrace } from './plan';
import { reduceBaseline, reduceKind } from './reduce';
import type { TraceSpec } from './spec';

/** Rows of the next-token table. */
const NEXT_TOKENS = 10;

export const traceExperiment: Experiment<TraceSpec> = {
  kind: 'causal-trace',
  parseSpec: parseTraceSpec,
  plan: (spec, model) => planTrace(spec, model),
  reduce(spec, runs, finished, context) {
    if (!finished.has(BASELINE_UNIT)) return null;
    const { nextTokens, predicted, ...levels } = reduceBaseline(spec, runs, NEXT_TOKENS);
    const ref = (id: number) => ({ id, token: context.decode(id) });
    const kinds: TraceDocument['kinds'] = {};
    for (const kind of spec.kinds) {
      if (finished.has(kind)) kinds[kind] = reduceKind(spec, kind, context.spec.nLayers, runs);
    }
    return {
      format: 'loci',
      version: DOCUMENT_VERSION,
      kind: 'causal-trace',
      spec,
      ...asked(spec, ref),
      ...levels,
      predicted: { ...ref(predicted.id), p: predicted.p },
      metric: spec.metric,
      nextTokens: nextTokens.map((row) => ({ ...row, token: context.decode(row.id) })),
      kinds,
      ...about(context),
    };
  },
};

function asked(spec: TraceSpec, ref: (id: number) => { id: number; token: string }) {
  return {
    tokens: spec.tokens.map(ref),
    answer: ref(spec.answer.id),
    ...(spec.distractor ? { distractor: ref(spec.distractor.id) } : {}),
  };
}

function about({
  model,
  counters,
  environment,
}: DocumentContext): Pick<TraceDocument, 'model' | 'counters' | 'environment'> {
  return { model, counters, environment };
}
