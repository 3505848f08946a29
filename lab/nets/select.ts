/** Selection of causes, and thinning of a large fan-in. */
import { causesOf, type Rule } from '../../src/statistics/causes';
import { range } from '../../src/util/range';
import { type Effects, logitOf, weightsOf } from './effects';
import type { EdgeLayer } from './net';

export { AHMAD, PAIRED, type Rule } from '../../src/statistics/causes';

/** The selected candidates, ascending; may be empty. */
export function selectParents(effects: Effects, rule: Rule): number[] {
  const edited = effects.candidates.map((_, c) => logitOf(effects, c));
  const chosen = causesOf(logitOf(effects, 'clean'), edited, rule);
  return chosen.map((c) => effects.candidates[c]!).sort((a, b) => a - b);
}

/** Larger fan-ins are thinned. */
const LARGE = 600;

/**
 * Candidate parents of `effects`: all; beyond 600, by sum of weights to the effects the largest 10
 * %, the middle 5 % and the smallest 5 %.
 */
export function candidateParents(layer: EdgeLayer, effects: readonly number[]): number[] {
  const all = range(0, layer.parents);
  if (all.length <= LARGE) return all;
  const sums = all.map((i) =>
    effects.reduce((sum, e) => weightsOf(layer, e, i).reduce((total, w) => total + w, sum), 0),
  );
  const ranked = all.toSorted((a, b) => sums[b]! - sums[a]! || a - b);
  const [tenth, twentieth] = [Math.floor(all.length / 10), Math.floor(all.length / 20)];
  const middle = Math.floor((all.length - twentieth) / 2);
  return [
    ...ranked.slice(0, tenth),
    ...ranked.slice(middle, middle + twentieth),
    ...ranked.slice(all.length - twentieth),
  ].sort((a, b) => a - b);
}
