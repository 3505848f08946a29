/**
 * Positions in groups, for a small picture of a long prompt's attention: position 0 is a group of its own, since it soaks
 * up attention, and every further group has `pool` positions, the last one what is left.
 */

export function groupOf(position: number, pool: number): number {
  return Math.ceil(position / pool);
}

/** Groups of a prompt of `T` positions. */
export function groupCount(T: number, pool: number): number {
  return groupOf(T - 1, pool) + 1;
}

/** First and last position of a group. */
export function positionsOf(group: number, T: number, pool: number): readonly [number, number] {
  return group === 0 ? [0, 0] : [1 + (group - 1) * pool, Math.min(T - 1, group * pool)];
}
