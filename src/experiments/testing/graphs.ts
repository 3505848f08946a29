/** Graphs of the planted models with the float64 reference, without graph tests. Node only. */
import type { MeasuredStore } from '../../engine/running';
import type { RunForward } from '../../forward/request/contract';
import { edgeName } from '../../model/edges';
import type { ResultDocument } from '../../results/document';
import { builtinContext } from './builtin';
import { openGolden, runStudy } from './study';
import { graphExperiment } from '../graph/experiment';
import type { GraphSpec } from '../graph/spec';

const UNTESTED = { curve: false, random: 0, samples: 0, resamples: 0, interactions: 0 };

interface Opened {
  /** A question with `fields`, all else at its default. */
  resolve(fields: object): Promise<GraphSpec>;
  find(fields: object, forward?: RunForward, store?: MeasuredStore): Promise<ResultDocument>;
}

/** `id` is a folder of `public/models`. */
export async function openGraphs(id: string): Promise<Opened> {
  const [context, golden] = [await builtinContext(id), await openGolden(id)];
  const resolve = (fields: object) =>
    graphExperiment.resolve({ version: 1, ...UNTESTED, ...fields }, context);
  return {
    resolve,
    find: async (fields, forward, store) =>
      runStudy(graphExperiment, await resolve(fields), golden, forward, store),
  };
}

/** Names of the kept edges, with places. */
export const keptOf = ({ graph }: ResultDocument): Set<string> =>
  new Set(
    graph!.edges
      .filter(({ kept }) => kept)
      .map((edge) => (edge.at === undefined ? edgeName(edge) : `${edgeName(edge)}@${edge.at}`)),
  );
