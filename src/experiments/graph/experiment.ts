/**
 * Causal explanatory graphs: which edges carry the answer, each measured by cutting it, and how
 * much of the behaviour they explain.
 */
import { metricRow } from '../common/metric';
import { type Skipped, skipUnknown } from '../common/skip';
import type { Experiment, Rounds } from '../experiment';
import { findByAcdc } from './search/acdc';
import { scoreBeside } from './search/extras';
import { scoreChosen } from './search/chosen';
import { cutStage } from './cutSets';
import { narrowed } from './estimate/prefilter';
import { findByEstimate } from './estimate/search';
import { graphDocument } from './document';
import { findExhaustively } from './search/exhaustive';
import type { GraphFound } from './search/result';
import { type Baseline, type SearchSpace, searchSpaceOf } from './searchSpace';
import { expectedSets } from './search/cost';
import { findByPath } from './search/path';
import { testGraph } from './test/graphTests';
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
      const space = searchSpaceOf(spec, model, measured);
      return yield* search(space);
    },
    outlook(spec, model) {
      const blank = { answer: 1, distractor: 0, max: 1, argmax: 0, logSumExp: 1, rank: 0 };
      const baseline: Baseline = { clean: blank, corrupted: { ...blank, answer: 0 } };
      const space = searchSpaceOf(
        spec,
        model,
        spec.cases.map(() => baseline),
      );
      const sets = space.edges.map((_, e) => ({ cut: [e] }));
      const { search, beside, tests } = expectedSets(spec, model, sets.length);
      return {
        stage: cutStage(space, sets, space.cases, spec.method === 'acdc' ? spec.measure : 'logit-diff'),
        times: (search + beside + tests) / sets.length,
      };
    },
  },
  reduce: (spec, measured, context, _prepared, found) => graphDocument(spec, measured, context, found),
};

/** The search named by the spec, extra scores, then the tests of the graph. */
function* search(space: SearchSpace): Rounds<GraphSpec, GraphFound> {
  const { spec, model, edges, cases } = space;
  if (cases.length === 0) return nothing(space);
  const { search, beside, tests } = expectedSets(spec, model, edges.length);
  const all = search + beside + tests;
  const found = yield* find(space, search / all);
  const scored = yield* scoreBeside(space, found, (search + beside) / all);
  return yield* testGraph(space, scored, (search + beside) / all, find);
}

function* find(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const { space: searched, notes } = yield* narrowed(space);
  const found = yield* findIn(searched, share);
  return notes.length === 0 ? found : { ...found, notes: [...notes, ...found.notes] };
}

function findIn(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  switch (space.spec.method) {
    case 'path':
      return findByPath(space, share);
    case 'acdc':
      return findByAcdc(space, share);
    case 'chosen':
      return scoreChosen(space, share);
    case 'exhaustive':
      return findExhaustively(space, share);
    case 'eap':
    case 'eap-ig':
      return findByEstimate(space, share);
  }
}

const nothing = ({ edges }: SearchSpace): GraphFound => ({
  edges: edges.map(() => ({ scores: null, kept: false })),
  notes: [],
});
