/** A graph that was not searched for: the edges that the spec lists, each cut alone. */
import type { Rounds } from '../experiment';
import { type CutSet, measureCuts } from './cutSets';
import type { GraphFound } from './found';
import { type Frame, scoreOf } from './frame';
import type { GraphSpec } from './spec';

export function* scoreChosen(frame: Frame, share: number): Rounds<GraphSpec, GraphFound> {
  const chosen = new Set(frame.spec.edges);
  const places = frame.edges.flatMap(({ name }, e) => (chosen.has(name) ? [e] : []));
  const sets = places.map((e): CutSet => ({ cut: [e] }));
  const cut = yield* measureCuts(frame, sets, {
    doing: 'cutting each of the edges alone',
    share,
    found: null,
  });
  const column = new Map(places.map((e, s) => [e, s]));
  return {
    edges: frame.edges.map((_, e) => {
      const s = column.get(e);
      if (s === undefined) return { scores: null, kept: false };
      return { scores: frame.cases.map((i, c) => scoreOf(frame, i, cut[c]![s]!)), kept: true };
    }),
    notes: [],
  };
}
