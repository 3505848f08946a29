/**
 * Previous token, duplicate token and induction heads, by TransformerLens's `detect_head`
 * (error_measure "mul"): which share of a head's attention lies where such a head would look, on
 * random tokens that repeat. That share is divided by the largest possible one: no token of the first
 * half has an earlier copy, so an induction head's own share is at most about a half.
 */
import { RandomState } from '../../util/random';

export const HEAD_KINDS = ['previous token', 'duplicate token', 'induction'] as const;
export type HeadKind = (typeof HEAD_KINDS)[number];

/** A head has a label from this share on. */
export const LEAST_SHARE = 0.4;

const [MOST_TOKENS, SEED] = [25, 1];

/** [first, x1 ... xn, x1 ... xn]: different random tokens, with less than all of the positions. */
export function repeatedTokens(
  prefix: readonly number[],
  { dVocab, nCtx }: { readonly dVocab: number; readonly nCtx: number },
): number[] {
  const room = Math.floor((nCtx - 1 - prefix.length) / 2);
  const count = Math.min(MOST_TOKENS, room, dVocab - prefix.length);
  const random = new RandomState(SEED);
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const token = Math.floor(random.nextDouble() * dVocab);
    if (!prefix.includes(token)) drawn.add(token);
  }
  return [...prefix, ...drawn, ...drawn];
}

/** Whether a head of the kind, at position `query`, looks at position `key`. */
const LOOKS: Readonly<Record<HeadKind, (tokens: readonly number[], query: number, key: number) => boolean>> =
  {
    'previous token': (_, query, key) => key === query - 1,
    'duplicate token': (tokens, query, key) => key < query && tokens[key] === tokens[query],
    induction: (tokens, query, key) => key > 0 && key <= query && tokens[key - 1] === tokens[query],
  };

/** `detect_head`'s score of each head [H]. `pattern`: row-major [H, T, T]. */
export function detectHeads(pattern: Float32Array, tokens: readonly number[], kind: HeadKind): number[] {
  const T = tokens.length;
  return Array.from({ length: pattern.length / T ** 2 }, (_, head) => {
    let [there, all] = [0, 0];
    for (let query = 0; query < T; query++) {
      for (let key = 0; key < T; key++) {
        const weight = pattern[(head * T + query) * T + key]!;
        all += weight;
        if (LOOKS[kind](tokens, query, key)) there += weight;
      }
    }
    return there / all;
  });
}

/** The largest possible score: the share of positions from which such a head has somewhere to look. */
export function largestScore(tokens: readonly number[], kind: HeadKind): number {
  const able = tokens.filter((_, query) => tokens.some((_, key) => LOOKS[kind](tokens, query, key)));
  return able.length / tokens.length;
}

/** Shares by kind, in the order of `HEAD_KINDS`, of the largest possible; [L][H][kinds]. */
export type HeadShares = readonly (readonly (readonly number[])[])[];

export function headShares(patterns: readonly Float32Array[], tokens: readonly number[]): HeadShares {
  const most = HEAD_KINDS.map((kind) => largestScore(tokens, kind));
  return patterns.map((pattern) => {
    const scores = HEAD_KINDS.map((kind) => detectHeads(pattern, tokens, kind));
    return scores[0]!.map((_, head) => scores.map((of, k) => of[head]! / most[k]!));
  });
}

/** 'induction 0.91'; null: of no kind. */
export function headLabel(shares: readonly number[] | undefined): string | null {
  if (!shares) return null;
  const best = shares.reduce((most, share, k) => (share > shares[most]! ? k : most), 0);
  return shares[best]! < LEAST_SHARE ? null : `${HEAD_KINDS[best]} ${shares[best]!.toFixed(2)}`;
}
