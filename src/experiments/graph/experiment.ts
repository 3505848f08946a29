/**
 * Causal explanatory graphs: which edges carry the answer, each measured by cutting it, and how far the graph that they
 * make is the whole story.
 */
import { metricRow } from '../common/metric';
import { resolveStudy } from '../common/question';
import { type Skipped, skipUnknown } from '../common/skip';
import type { Experiment, Rounds } from '../experiment';
import { findByAcdc } from './search/acdc';
import { scoreBeside } from './search/extras';
import { scoreChosen } from './search/chosen';
import { cutStage } from './cutSets';
import { graphDocument } from './document';
import { findExhaustively } from './search/exhaustive';
import type { GraphFound } from './search/result';
import { type Baseline, type SearchSpace, searchSpaceOf } from './searchSpace';
import { expectedSets } from './search/cost';
import { findByPath } from './search/path';
import { testGraph } from './test/graphTests';
import { type GraphSpec, KIND, NEEDS, parseGraph } from './spec';

export const graphExperiment: Experiment<GraphSpec, Baseline | Skipped, never, null, GraphFound> = {
  kind: KIND,
  about: {
    title: 'Causal graph',
    asks: 'Through what paths does the answer come?',
    mediators: ['edge'],
    search: 'exhaustive',
    interventions: ['swap', 'zero', 'mean'],
    limits:
      'A graph of one prompt is not a mechanism; edges that stand in for each other may all look idle when cut alone.',
    docs: 'graphs.md',
    citation: {
      text: 'Ahmad et al., Causal analysis for robust interpretability of neural networks (2024); Conmy et al., Towards automated circuit discovery (2023)',
      url: 'https://arxiv.org/abs/2304.14997',
    },
    needs: NEEDS,
    options: [
      {
        name: 'method',
        label: 'Find it by',
        kind: 'choice',
        choices: [
          { value: 'path', label: 'paths from the answer down' },
          { value: 'acdc', label: 'removing edge after edge (ACDC)' },
          { value: 'exhaustive', label: 'cutting every edge alone' },
        ],
        default: 'path',
      },
      {
        name: 'ablation',
        label: 'A cut edge carries',
        kind: 'choice',
        choices: [
          { value: 'corrupted', label: 'what it carries in the twin' },
          { value: 'zero', label: 'nothing' },
          { value: 'mean', label: 'its mean over the prompts' },
        ],
        default: 'corrupted',
      },
      {
        name: 'positions',
        label: 'Nodes are',
        kind: 'choice',
        choices: [
          { value: 'collapsed', label: 'parts, over all tokens' },
          { value: 'tokens', label: 'parts at tokens' },
        ],
        default: 'collapsed',
      },
      {
        name: 'least',
        label: 'Smallest share that counts (paths)',
        kind: 'number',
        default: 0.001,
        min: 0,
        max: 1,
      },
      { name: 'tau', label: 'Tau (ACDC)', kind: 'number', default: 0.01, min: 0 },
    ],
  },
  parseSpec: parseGraph,
  resolve: async (question, context) =>
    parseGraph({ ...(await resolveStudy(question, KIND, context)), kind: KIND }, context.spec),
  cases: (spec) => spec.cases.length,
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

/** The search that the spec names, what is scored beside it, then the tests of what it found. */
function* search(space: SearchSpace): Rounds<GraphSpec, GraphFound> {
  const { spec, model, edges, cases } = space;
  if (cases.length === 0) return nothing(space);
  const { search, beside, tests } = expectedSets(spec, model, edges.length);
  const all = search + beside + tests;
  const found = yield* find(space, search / all);
  const scored = yield* scoreBeside(space, found, (search + beside) / all);
  return yield* testGraph(space, scored, (search + beside) / all, find);
}

function find(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  switch (space.spec.method) {
    case 'path':
      return findByPath(space, share);
    case 'acdc':
      return findByAcdc(space, share);
    case 'chosen':
      return scoreChosen(space, share);
    case 'exhaustive':
      return findExhaustively(space, share);
  }
}

const nothing = ({ edges }: SearchSpace): GraphFound => ({
  edges: edges.map(() => ({ scores: null, kept: false })),
  notes: [],
});
