/**
 * Whether a cut counts over the prompts. 'paired': the loss differs from 0 (paired t, two-sided,
 * Benjamini-Hochberg over the round) and is large enough. 'ahmad': the rule in the code of Ahmad et
 * al. 2024: the answer's logit falls (unpaired z test, one-sided, uncorrected); if nothing in a
 * round passes, cuts that lower it by a thousandth.
 */
import { benjaminiHochberg, mean, tTestPaired } from '../../../statistics/stats';
import type { CutMeasure } from '../cutSets';
import { type SearchSpace, scoreOf } from '../searchSpace';
import type { GraphSpec } from '../spec';

export interface Verdict {
  readonly counts: boolean;
  /** Uncorrected; absent without a test. */
  readonly p?: number;
}

/** The measure that a rule tests. */
export const measureOf = ({ rule }: GraphSpec): CutMeasure =>
  rule === 'paired' ? 'logit-diff' : 'answer-logit';

/** For one round; `cut[set][case]` is `measureOf` with that set cut. */
export function judge(space: SearchSpace, cut: readonly (readonly number[])[]): Verdict[] {
  return space.spec.rule === 'paired' ? judgePaired(space, cut) : judgeAsAhmad(space, cut);
}

function judgePaired(space: SearchSpace, cut: readonly (readonly number[])[]): Verdict[] {
  const { spec, cases } = space;
  const scores = cut.map((own) => own.map((value, c) => scoreOf(space, cases[c]!, value)));
  if (cases.length === 1) return scores.map((own) => ({ counts: isLarge(own, spec) }));
  return judgeScores(scores, spec);
}

/** For several prompts' scores, `[set][case]`. */
export function judgeScores(
  scores: readonly (readonly number[])[],
  spec: Pick<GraphSpec, 'alpha' | 'least'>,
): Required<Verdict>[] {
  const p = scores.map((own) => tTestPaired(own).p);
  const discovered = benjaminiHochberg(p, spec.alpha);
  return scores.map((own, s) => ({ counts: discovered[s]! && isLarge(own, spec), p: p[s]! }));
}

const isLarge = (scores: readonly number[], { least }: Pick<GraphSpec, 'least'>): boolean =>
  Math.abs(mean(scores)) >= least;

/** The published fallback: relative change of the answer's logit. */
const FALLBACK = -0.001;
/** If prompts do not differ at all, rounding is no fall. */
const ROUNDING = 1e-6;

function judgeAsAhmad(
  { spec, cases, baselines }: SearchSpace,
  cut: readonly (readonly number[])[],
): Verdict[] {
  const clean = cases.map((i) => baselines[i]!.clean.answer);
  const n = cases.length;
  const falls = cut.map((own) => {
    const fall = mean(clean) - mean(own);
    const error = Math.sqrt((variance(own) + variance(clean)) / n);
    return n > 1 && fall > spec.z * error && fall > ROUNDING * Math.abs(mean(clean));
  });
  if (falls.includes(true)) return falls.map((counts) => ({ counts }));
  return cut.map((own) => ({ counts: mean(own.map((value, c) => value / clean[c]! - 1)) < FALLBACK }));
}

/** n - 1 in the denominator; 0 for a single value. */
function variance(values: readonly number[]): number {
  const m = mean(values);
  return values.reduce((sum, value) => sum + (value - m) ** 2, 0) / Math.max(1, values.length - 1);
}
