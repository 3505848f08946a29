/** Selection of causes: two rules, and thinning of a large fan-in. */
import { benjaminiHochberg, mean, standardError, tTestPaired } from '../../src/statistics/stats';
import { range } from '../../src/util/range';
import { type Effects, logitOf, relativeEffect, totalEffect, weightsOf } from './effects';
import type { EdgeLayer } from './net';

/**
 * `paired`: the total effect differs from 0, two-sided (paired t test; Benjamini-Hochberg at
 * `alpha` over the layer). `ahmad`: the mean logit falls by over `z` standard errors (one-sided,
 * unpaired); if no candidate passes, the mean relative effect is below `fallback`.
 */
export type Rule =
  | { readonly rule: 'paired'; readonly alpha: number }
  | { readonly rule: 'ahmad'; readonly z: number; readonly fallback: number };

export const PAIRED: Rule = { rule: 'paired', alpha: 0.05 };
export const AHMAD: Rule = { rule: 'ahmad', z: 1.65, fallback: -0.001 };

/** The selected candidates, ascending; may be empty. */
export function selectParents(effects: Effects, rule: Rule): number[] {
  const places = range(0, effects.candidates.length);
  const chosen = rule.rule === 'paired' ? paired(effects, places, rule.alpha) : ahmad(effects, places, rule);
  return chosen.map((c) => effects.candidates[c]!).sort((a, b) => a - b);
}

function paired(effects: Effects, places: readonly number[], alpha: number): number[] {
  const p = places.map((c) => tTestPaired(totalEffect(effects, c)).p);
  const found = benjaminiHochberg(p, alpha);
  return places.filter((c) => found[c]);
}

function ahmad(
  effects: Effects,
  places: readonly number[],
  rule: Extract<Rule, { rule: 'ahmad' }>,
): number[] {
  const clean = logitOf(effects, 'clean');
  const lower = places.filter((c) => {
    const edited = logitOf(effects, c);
    // Variances use n - 1.
    return mean(edited) < mean(clean) - rule.z * Math.hypot(standardError(edited), standardError(clean));
  });
  if (lower.length > 0) return lower;
  return places.filter((c) => mean(relativeEffect(effects, c)) < rule.fallback);
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
