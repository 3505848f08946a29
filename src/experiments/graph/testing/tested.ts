/** A small model's graph, given by names or found exhaustively, with its tests: for tests. */
import type { Golden } from '../../../forward/testing';
import type { Graph, GraphTruth } from '../../../results/graph';
import { range } from '../../../util/range';
import { builtinContext } from '../../testing/builtin';
import { openGolden, runStudy } from '../../testing/study';
import { findExhaustively } from '../search/exhaustive';
import { graphExperiment } from '../experiment';
import type { GraphFound } from '../search/result';
import { type SearchSpace, searchSpaceOf } from '../searchSpace';
import type { GraphSpec } from '../spec';
import { testGraph } from '../test/graphTests';

export interface TestedGraph {
  readonly spec: GraphSpec;
  readonly graph: Graph;
  readonly truth: GraphTruth;
  readonly notes: readonly string[];
  readonly rounds: readonly TestedRound[];
}

interface TestedRound {
  readonly share: number;
  readonly doing: string;
  /** Runs with cut edges, over all prompts. */
  readonly cut: number;
}

/** Only faithfulness. */
const LEAST = { curve: false, random: 0, samples: 0, resamples: 0, interactions: 0 };

/** Questions about a built-in model's graphs, with the float64 reference. */
export async function graphsOf(model: string) {
  const [context, golden] = [await builtinContext(model), await openGolden(model)];
  return async (fields: object, edges: readonly string[] | 'exhaustive'): Promise<TestedGraph> => {
    const question = { kind: 'graph', model: { id: model }, method: 'exhaustive', ...LEAST, ...fields };
    return testedIn(golden, await graphExperiment.resolve(question, context), edges);
  };
}

/** As in the experiment: a spec, and the graph to test. */
export async function testedIn(
  golden: Golden,
  spec: unknown,
  edges: readonly string[] | 'exhaustive',
): Promise<TestedGraph> {
  const rounds: TestedRound[] = [];
  const specs: GraphSpec[] = [];
  const experiment: typeof graphExperiment = {
    ...graphExperiment,
    search: {
      ...graphExperiment.search!,
      *rounds(own, model, measured) {
        specs.push(own);
        const space = searchSpaceOf(own, model, measured);
        const found = edges === 'exhaustive' ? yield* findExhaustively(space, 0.5) : given(space, edges);
        const tests = testGraph(space, found, 0.5, findExhaustively);
        let step = tests.next([]);
        while (!step.done) {
          const { share, doing, stage } = step.value;
          const plans = range(0, stage.cases(own)).flatMap((n) => stage.plan(own, model, n, null));
          rounds.push({ share, doing, cut: plans.filter(({ cuts }) => cuts).length });
          step = tests.next(yield step.value);
        }
        return step.value;
      },
    },
  };
  const { graph, notes } = await runStudy(experiment, spec, golden);
  return { spec: specs[0]!, graph: graph!, truth: graph!.truth!, notes: notes ?? [], rounds };
}

function given(space: SearchSpace, names: readonly string[]): GraphFound {
  const known = space.edges.map(({ name }) => name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw new Error(`no such edge, got '${missing}'.`);
  return { edges: known.map((name) => ({ scores: null, kept: names.includes(name) })), notes: [] };
}
