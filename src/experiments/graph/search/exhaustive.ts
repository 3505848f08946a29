/**
 * Every edge cut alone, in the clean run: what single edges do, and the ground truth that searches are held against. An
 * edge is kept if it changes the logit difference by more than the threshold, on average over the prompts.
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
