/**
 * Scores beside the graph: edges of neurons (parts of their MLP's edges) and of the whole stream
 * (many edges at once). They are outside the search, and tests of the graph ignore them.
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

/** Adds them to `found`, if the spec asks for any. */
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
  // Chosen edges stay, whatever their effect.
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

/** Chosen edges outside the space. */
function chosenBeside({ spec, model, edges }: SearchSpace): PlacedEdge[] {
  const known = new Set(edges.map(({ name }) => name));
  const names = (spec.edges ?? []).filter((name) => !known.has(name));
  return parseEdgeNames(names, model, placesOf(spec), 'graph: edges');
}

const keptOf = ({ edges }: SearchSpace, found: GraphFound, mlp: string) =>
  edges.filter(({ from }, e) => from === mlp && found.edges[e]!.kept);

/** Each neuron's edges into the receivers of its MLP in the graph. */
function neuronEdges(space: SearchSpace, found: GraphFound, mlp: string): PlacedEdge[] {
  const neurons = range(0, space.model.dMlp).map((n) => `${mlp}.n${n}`);
  return keptOf(space, found, mlp).flatMap(({ to, at }) => neurons.map((from) => placed({ from, to }, at)));
}

function silentMlps(space: SearchSpace, found: GraphFound): string[] {
  return space.spec.neurons
    .filter((mlp) => keptOf(space, found, mlp).length === 0)
    .map((mlp) => `No edge of ${mlp} is in the graph, so none of its neurons was looked at.`);
}
