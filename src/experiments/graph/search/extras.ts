/**
 * What is scored beside the graph: edges of neurons, which are parts of their MLP's edges, and edges of the whole stream,
 * which are many edges at once. They are no edges of the search, and the tests of the graph leave them alone.
 */
import { range } from '../../../util/range';
import type { Rounds } from '../../experiment';
import { type CutSet, measureCuts } from '../cutSets';
import { parseEdgeNames } from '../edgeNames';
import type { GraphFound } from './result';
import { type SearchSpace, scoreOf } from '../searchSpace';
import { type PlacedEdge, placed, placesOf } from '../places';
import { judge, measureOf } from './rules';
import type { GraphSpec } from '../spec';

/** `found` with them, if the spec asks for any. */
export function* scoreBeside(
  space: SearchSpace,
  found: GraphFound,
  share: number,
): Rounds<GraphSpec, GraphFound> {
  const { spec, cases } = space;
  const chosen = chosenBeside(space);
  const neurons = spec.neurons.flatMap((mlp) => neuronEdges(space, found, mlp));
  const edges = [...chosen, ...neurons];
  const notes = [...found.notes, ...silentMlps(space, found)];
  if (edges.length === 0) return { ...found, notes };
  const sets = edges.map((_, e): CutSet => ({ cut: [e] }));
  const about = { doing: 'cutting what is beside the graph', share, found };
  const beside: SearchSpace = { ...space, edges };
  const cut = yield* measureCuts(beside, sets, about);
  const target = measureOf(spec);
  const judged =
    target === 'logit-diff' ? cut : yield* measureCuts(beside, sets, { ...about, measure: target });
  const column = (of: readonly (readonly number[])[], e: number) => of.map((own) => own[e]!);
  // Those that are chosen stay, whatever they do.
  const verdicts = judge(
    beside,
    edges.map((_, e) => column(judged, e)),
  );
  return {
    ...found,
    notes,
    beside: edges.map((edge, e) => {
      const { counts, ...test } = verdicts[e]!;
      const scores = column(cut, e).map((value, c) => scoreOf(space, cases[c]!, value));
      return { ...edge, scores, ...(e < chosen.length ? { kept: true } : { ...test, kept: counts }) };
    }),
  };
}

/** Chosen edges that are none of the space's. */
function chosenBeside({ spec, model, edges }: SearchSpace): PlacedEdge[] {
  const known = new Set(edges.map(({ name }) => name));
  const names = (spec.edges ?? []).filter((name) => !known.has(name));
  return parseEdgeNames(names, model, placesOf(spec), 'graph: edges');
}

const keptOf = ({ edges }: SearchSpace, found: GraphFound, mlp: string) =>
  edges.filter(({ from }, e) => from === mlp && found.edges[e]!.kept);

/** Each neuron of an MLP into what the graph has the MLP write to. */
function neuronEdges(space: SearchSpace, found: GraphFound, mlp: string): PlacedEdge[] {
  const neurons = range(0, space.model.dMlp).map((n) => `${mlp}.n${n}`);
  return keptOf(space, found, mlp).flatMap(({ to, at }) => neurons.map((from) => placed({ from, to }, at)));
}

function silentMlps(space: SearchSpace, found: GraphFound): string[] {
  return space.spec.neurons
    .filter((mlp) => keptOf(space, found, mlp).length === 0)
    .map((mlp) => `No edge of ${mlp} is in the graph, so none of its neurons was looked at.`);
}
