/** The form of captured values. */
import { groupCount } from '../../model/pooling';
import { axisSize, headAxisOf } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { ResolvedRun } from './resolved';

export type ResolvedCapture = ResolvedRun['captures'][number];

/** Scores and pattern, whose rows are the queries of every head; they are returned heads first. */
export const isSquare = ({ site }: ResolvedCapture): boolean => site.axes.includes('S');

/**
 * Shape of a capture with `T` positions, e.g. [T, H, K] or [H, T, T], considering its rows, heads
 * and groups of positions.
 */
export function capturedShape(spec: ModelSpec, capture: ResolvedCapture, T: number): number[] {
  const { site, rows, heads, pool } = capture;
  return site.axes.map((axis) => {
    if (axis === 'S' || axis === 'T') return rows?.length ?? groupCount(T, pool);
    return heads && axis === headAxisOf(site) ? heads.length : axisSize(spec, axis, T);
  });
}
