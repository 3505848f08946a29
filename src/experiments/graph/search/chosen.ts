/** A graph without a search: the edges listed in the spec, each cut alone. */
import type { Rounds } from '../../experiment';
import { type CutSet, measureCuts } from '../cutSets';
import type { GraphFound } from './result';
import { type SearchSpace, scoreOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

export function* scoreChosen(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const chosen = new Set(space.spec.edges);
  const places = space.edges.flatMap(({ name }, e) => (chosen.has(name) ? [e] : []));
  const sets = places.map((e): CutSet => ({ cut: [e] }));
  const cut = yield* measureCuts(space, sets, {
    doing: 'cutting each of the edges alone',
    share,
    found: null,
  });
  const column = new Map(places.map((e, s) => [e, s]));
  return {
    edges: space.edges.map((_, e) => {
      const s = column.get(e);
      if (s === undefined) return { scores: null, kept: false };
      return { scores: space.cases.map((i, c) => scoreOf(space, i, cut[c]![s]!)), kept: true };
    }),
    notes: [],
  };
}
