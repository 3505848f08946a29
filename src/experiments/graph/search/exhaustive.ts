/**
 * Cuts every edge alone in the clean run: the ground truth that searches are compared with. Keeps
 * edges whose mean change of the logit difference exceeds the threshold.
 */
import { mean } from '../../../statistics/stats';
import type { Rounds } from '../../experiment';
import { type CutSet, measureCuts } from '../cutSets';
import type { FoundEdge, GraphFound } from './result';
import { isSearched, type SearchSpace, levelsOf, scoreOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

export function* findExhaustively(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const { spec, edges, cases } = space;
  const searched = [...edges.keys()].filter((e) => isSearched(space, e));
  const sets = searched.map((e): CutSet => ({ cut: [e] }));
  const about = { doing: 'cutting every edge alone', share, found: null };
  const cut = yield* measureCuts(space, sets, about);
  const found = edges.map((): FoundEdge => ({ scores: null, kept: false }));
  for (const [s, e] of searched.entries()) {
    const changes = cases.map((i, c) => cut[c]![s]! - levelsOf(space, i).clean);
    found[e] = {
      scores: cases.map((i, c) => scoreOf(space, i, cut[c]![s]!)),
      kept: Math.abs(mean(changes)) > spec.threshold,
    };
  }
  return { edges: found, notes: [] };
}
