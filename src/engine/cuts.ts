/** Serves clicks in a graph: the answer with wires cut, or one edge measured by itself. */
import {
  type CutAnswer,
  cutAnswer,
  edgesMeant,
  type MeasuredEdge,
  measuredSingly,
  saidStage,
} from '../experiments/graph/answer';
import { graphExperiment } from '../experiments/graph/experiment';
import { type SearchSpace, searchSpaceOf } from '../experiments/graph/searchSpace';
import { type GraphSpec, KIND, parseGraph } from '../experiments/graph/spec';
import type { CutRequest } from './api';
import { measureStage } from './measureStage';
import type { RunningModel } from './running';
import { shown } from '../util/parse';

type Model = Pick<RunningModel, 'spec' | 'backend' | 'execution'>;

/** Throws an Error if the question is not a graph's, a wire does not exist, or no prompt counts. */
export async function answerWithCuts(request: CutRequest, model: Model): Promise<CutAnswer> {
  const space = await measuredSpace(request.spec, model);
  const edges = edgesMeant(space, request.cut);
  const said = await measureStage(saidStage(space, [{ cut: edges }]), space.spec, model);
  return cutAnswer(space, edges.length, said, request.case);
}

/** Cuts each of these edges alone. Throws as `answerWithCuts` does. */
export async function measureEdges({ spec, cut }: CutRequest, model: Model): Promise<MeasuredEdge[]> {
  const space = await measuredSpace(spec, model);
  const edges = edgesMeant(space, cut);
  const sets = edges.map((e) => ({ cut: [e] }));
  return measuredSingly(space, edges, await measureStage(saidStage(space, sets), space.spec, model));
}

async function measuredSpace(json: Readonly<Record<string, unknown>>, model: Model): Promise<SearchSpace> {
  if (json.kind !== KIND)
    throw new Error(`cut: not a graph's question, got kind ${shown(json.kind)}, expected '${KIND}'.`);
  const spec: GraphSpec = parseGraph(json, model.spec);
  const space = searchSpaceOf(spec, model.spec, await measureStage(graphExperiment, spec, model));
  if (space.cases.length === 0)
    throw new Error(
      'cut: no prompt counts, got none that the model knows and whose twin changes the answer, expected one.',
    );
  return space;
}
