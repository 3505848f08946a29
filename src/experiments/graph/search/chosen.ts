/** A graph without a search: the edges listed in the spec, each cut alone. */
import type { Rounds } from '../../experiment';
import { scoreAlone } from '../cutSets';
import type { GraphFound } from './result';
import type { SearchSpace } from '../searchSpace';
import type { GraphSpec } from '../spec';

export function* scoreChosen(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const chosen = new Set(space.spec.edges);
  const places = space.edges.flatMap(({ name }, e) => (chosen.has(name) ? [e] : []));
  const about = { doing: 'cutting each of the edges alone', share, found: null };
  const scores = yield* scoreAlone(space, places, about);
  return {
    edges: space.edges.map((_, e) => ({ scores: scores.get(e) ?? null, kept: scores.has(e) })),
    notes: [],
  };
}
