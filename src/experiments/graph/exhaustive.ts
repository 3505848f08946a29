/**
 * Every edge cut alone, in the clean run: what single edges do, and the ground truth that searches are held against. An
 * edge is kept if it changes the logit difference by more than the threshold, on average over the prompts.
 */
import { mean } from '../../util/stats';
import type { Rounds } from '../experiment';
import { type CutSet, measureCuts } from './cutSets';
import type { GraphFound } from './found';
import { type Frame, levelsOf, scoreOf } from './frame';
import type { GraphSpec } from './spec';

export function* findExhaustively(frame: Frame, share: number): Rounds<GraphSpec, GraphFound> {
  const { spec, edges, cases } = frame;
  const sets = edges.map((_, e): CutSet => ({ cut: [e] }));
  const about = { doing: 'cutting every edge alone', share, found: null };
  const cut = yield* measureCuts(frame, sets, about);
  return {
    edges: edges.map((_, e) => {
      const changes = cases.map((i, c) => cut[c]![e]! - levelsOf(frame, i).clean);
      return {
        scores: cases.map((i, c) => scoreOf(frame, i, cut[c]![e]!)),
        kept: Math.abs(mean(changes)) > spec.threshold,
      };
    }),
    notes: [],
  };
}
