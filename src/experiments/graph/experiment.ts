/**
 * Causal explanatory graphs: which edges carry the answer, each measured by cutting it, and how far the graph that they
 * make is the whole story.
 */
import { metricRow } from '../common/metric';
import { type Skipped, skipUnknown } from '../common/skip';
import type { Experiment, Rounds } from '../experiment';
import { findByAcdc } from './acdc';
import { scoreBeside } from './beside';
import { scoreChosen } from './chosen';
import { cutStage } from './cutSets';
import { graphDocument } from './document';
import { findExhaustively } from './exhaustive';
import type { GraphFound } from './found';
import { type Baseline, type Frame, frameOf } from './frame';
import { expectedSets } from './outlook';
import { findByPath } from './path';
import { testGraph } from './truth';
import { graphQuestion, type GraphSpec } from './spec';

export const graphExperiment: Experiment<GraphSpec, Baseline | Skipped, never, null, GraphFound> = {
  ...graphQuestion,
  plan(spec, _model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    return [
      { id: 'clean', tokens: one.tokens, metric },
      { id: 'corrupted', tokens: one.corrupted!.tokens, metric },
    ];
  },
  measure(spec, _model, i, { runs }) {
    const [clean, corrupted] = [runs.clean!.metric!, runs.corrupted!.metric!];
    return skipUnknown(spec, spec.cases[i]!, clean) ?? { clean, corrupted };
  },
  search: {
    *rounds(spec, model, measured) {
      const frame = frameOf(spec, model, measured);
      return yield* search(frame);
    },
    outlook(spec, model) {
      const blank = { answer: 1, distractor: 0, max: 1, argmax: 0, logSumExp: 1, rank: 0 };
      const baseline: Baseline = { clean: blank, corrupted: { ...blank, answer: 0 } };
      const frame = frameOf(
        spec,
        model,
        spec.cases.map(() => baseline),
      );
      const sets = frame.edges.map((_, e) => ({ cut: [e] }));
      const { search, beside, tests } = expectedSets(spec, model, sets.length);
      return {
        stage: cutStage(frame, sets, frame.cases, spec.method === 'acdc' ? spec.measure : 'logit-diff'),
        times: (search + beside + tests) / sets.length,
      };
    },
  },
  reduce: (spec, measured, context, _prepared, found) => graphDocument(spec, measured, context, found),
};

/** The search that the spec names, what is scored beside it, then the tests of what it found. */
function* search(frame: Frame): Rounds<GraphSpec, GraphFound> {
  const { spec, model, edges, cases } = frame;
  if (cases.length === 0) return nothing(frame);
  const { search, beside, tests } = expectedSets(spec, model, edges.length);
  const all = search + beside + tests;
  const found = yield* find(frame, search / all);
  const scored = yield* scoreBeside(frame, found, (search + beside) / all);
  return yield* testGraph(frame, scored, (search + beside) / all, find);
}

function find(frame: Frame, share: number): Rounds<GraphSpec, GraphFound> {
  switch (frame.spec.method) {
    case 'path':
      return findByPath(frame, share);
    case 'acdc':
      return findByAcdc(frame, share);
    case 'chosen':
      return scoreChosen(frame, share);
    case 'exhaustive':
      return findExhaustively(frame, share);
  }
}

const nothing = ({ edges }: Frame): GraphFound => ({
  edges: edges.map(() => ({ scores: null, kept: false })),
  notes: [],
});
