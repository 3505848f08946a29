/** Rank correlation among things that the architecture treats alike, e.g. the heads of a block. */
import { spearman } from '../../statistics/correlation';

export interface Sized {
  readonly kind: string;
  readonly size: number;
}

export const sizesOf = (found: readonly Sized[]): number[] => found.map(({ size }) => size);

/** The mean of Spearman's correlation within each kind, weighted by how many are of it. */
export function withinKinds(a: readonly Sized[], b: readonly Sized[]): number {
  const kinds = [...new Set(a.map(({ kind }) => kind))].map((kind) => {
    const [own, theirs] = [a, b].map((found) => sizesOf(found.filter((one) => one.kind === kind)));
    return { n: own!.length, rank: spearman(own!, theirs!) };
  });
  const known = kinds.filter(({ rank }) => rank !== null);
  const n = known.reduce((sum, kind) => sum + kind.n, 0);
  return known.reduce((sum, kind) => sum + kind.n * kind.rank!, 0) / n;
}
