/**
 * Which interventions matter: two rules on a number (a class's logit) of the same samples, with and
 * without each intervention.
 */
import { benjaminiHochberg, mean, standardError, tTestPaired } from './stats';

/**
 * `paired`: the mean difference is not 0, two-sided (paired t test; Benjamini-Hochberg at `alpha`
 * over all candidates). `ahmad`: the mean falls by over `z` standard errors (one-sided, unpaired);
 * if no candidate passes, the mean of edited / clean - 1 is below `fallback` (Ahmad et al. 2024).
 */
export type Rule =
  | { readonly rule: 'paired'; readonly alpha: number }
  | { readonly rule: 'ahmad'; readonly z: number; readonly fallback: number };

export const PAIRED: Rule = { rule: 'paired', alpha: 0.05 };
export const AHMAD: Rule = { rule: 'ahmad', z: 1.65, fallback: -0.001 };

/** Indices of the candidates that pass; `edited` has a list of samples for each, as `clean`. */
export function causesOf(
  clean: ArrayLike<number>,
  edited: readonly ArrayLike<number>[],
  rule: Rule,
): number[] {
  const all = [...edited.keys()];
  if (rule.rule === 'paired') {
    const p = edited.map((one) => tTestPaired(differences(one, clean)).p);
    const found = benjaminiHochberg(p, rule.alpha);
    return all.filter((c) => found[c]);
  }
  const lower = all.filter((c) => {
    const one = edited[c]!;
    // Variances use n - 1.
    return mean(one) < mean(clean) - rule.z * Math.hypot(standardError(one), standardError(clean));
  });
  return lower.length > 0 ? lower : all.filter((c) => mean(ratios(edited[c]!, clean)) < rule.fallback);
}

export const differences = (edited: ArrayLike<number>, clean: ArrayLike<number>): Float64Array =>
  Float64Array.from(clean, (value, i) => edited[i]! - value);

/** edited / clean - 1: large if the clean value is near 0. */
export const ratios = (edited: ArrayLike<number>, clean: ArrayLike<number>): Float64Array =>
  Float64Array.from(clean, (value, i) => edited[i]! / value - 1);
