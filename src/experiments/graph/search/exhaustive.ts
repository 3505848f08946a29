/**
 * Cuts every edge alone in the clean run: the ground truth that searches are compared with. Keeps
 * edges whose mean change of the logit difference exceeds the threshold.
 */
import { mean } from '../../../statistics/stats';
import type { Rounds } from '../../experiment';
import { type CutSet, measureCuts } from '../cutSets';
import type { GraphFound } from './result';
import { type SearchSpace, levelsOf, scoreOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

export function* findExhaustively(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const { spec, edges, cases } = space;
  const sets = edges.map((_, e): CutSet => ({ cut: [e] }));
  const about = { doing: 'cutting every edge alone', share, found: null };
  const cut = yield* measureCuts(space, sets, about);
  return {
    edges: edges.map((_, e) => {
      const changes = cases.map((i, c) => cut[c]![e]! - levelsOf(space, i).clean);
      return {
        scores: cases.map((i, c) => scoreOf(space, i, cut[c]![e]!)),
        kept: Math.abs(mean(changes)) > spec.threshold,
      };
    }),
    notes: [],
  };
}
