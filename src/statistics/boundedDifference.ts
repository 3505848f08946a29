/**
 * How large a difference of two means may be at most: with 95 % confidence, from samples of unequal
 * variance (Welch 1947). For several differences the largest of their bounds holds for all of them
 * at once, without a correction: "each is below" is claimed only if every single test says so (an
 * intersection-union test, Berger 1982).
 */
import { mean, standardError, tCritical } from './stats';

export interface BoundedDifference {
  readonly difference: number;
  /** One-sided, of the difference's size. */
  readonly atMost: number;
}

/** Two or more values on either side. */
export function boundedDifference(a: readonly number[], b: readonly number[]): BoundedDifference {
  const difference = mean(a) - mean(b);
  const [va, vb] = [standardError(a) ** 2, standardError(b) ** 2];
  if (va + vb === 0) return { difference, atMost: Math.abs(difference) };
  const df = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  return { difference, atMost: Math.abs(difference) + tCritical(df, 0.1) * Math.sqrt(va + vb) };
}
