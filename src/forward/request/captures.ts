/** Captured values: the check of what is asked, and their form. */
import { groupCount } from '../../model/pooling';
import { axisSize, canonicalKey, headAxisOf, rowLayout } from '../../model/sites';
import type { Site } from '../../model/siteKinds';
import type { ModelSpec } from '../../model/spec';
import { checkHeads, checkRows } from './checks';
import type { ResolvedCapture } from './resolved';
import type { Capture } from './types';

/** The capture of `site` that is asked for; throws an Error if it is invalid. */
export function resolveCapture(
  where: string,
  spec: ModelSpec,
  site: Site,
  capture: Omit<Capture, 'site'>,
  T: number,
): ResolvedCapture {
  const { rows = null, heads = null, mean: isMean = false, pool = 1 } = capture;
  const square = site.axes.includes('S');
  if (rows) {
    if (square) throw new Error(`${where}: comes whole. Leave rows out.`);
    checkRows(where, rows, T);
  }
  if (isMean && (square || heads))
    throw new Error(
      `${where}: has no mean, got ${square ? 'scores or a pattern' : 'heads'}, expected whole rows. Leave mean out.`,
    );
  if (heads) checkHeads(where, heads, headAxisOf(site) ? rowLayout(spec, site, T).heads : 0);
  if (!Number.isInteger(pool) || pool < 1 || (pool > 1 && !square)) {
    throw new Error(
      `${where}: pool, got ${pool}, expected ${square ? 'a whole number from 1' : '1, since it is of scores and patterns'}.`,
    );
  }
  return { key: canonicalKey(spec, site), site, rows, heads, isMean, pool };
}

/** Scores and pattern, whose rows are the queries of every head; they are returned heads first. */
export const isSquare = ({ site }: ResolvedCapture): boolean => site.axes.includes('S');

/**
 * Shape of a capture with `T` positions, e.g. [T, H, K] or [H, T, T], considering its rows, heads,
 * mean and groups of positions.
 */
export function capturedShape(spec: ModelSpec, capture: ResolvedCapture, T: number): number[] {
  const { site, rows, heads, isMean, pool } = capture;
  const axes = isMean ? site.axes.filter((axis) => axis !== 'T') : site.axes;
  return axes.map((axis) => {
    if (axis === 'S' || axis === 'T') return rows?.length ?? groupCount(T, pool);
    return heads && axis === headAxisOf(site) ? heads.length : axisSize(spec, axis, T);
  });
}
