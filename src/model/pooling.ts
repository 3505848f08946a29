/**
 * Groups positions, to draw the attention of a long prompt in a small picture. Position 0 is its
 * own group, since it absorbs attention; every further group has `pool` positions, the last one
 * what remains.
 */

export function groupOf(position: number, pool: number): number {
  return Math.ceil(position / pool);
}

/** Number of groups in a prompt of `T` positions. */
export function groupCount(T: number, pool: number): number {
  return groupOf(T - 1, pool) + 1;
}

/** First and last position of a group. */
export function positionsOf(group: number, T: number, pool: number): readonly [number, number] {
  return group === 0 ? [0, 0] : [1 + (group - 1) * pool, Math.min(T - 1, group * pool)];
}
