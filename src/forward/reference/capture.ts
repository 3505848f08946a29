/** A site's tensor as it is given out. */
import { type Site, axisSize, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import type { ResolvedRun } from '../request/resolve';
import type { Tensor } from '../request/types';

/** x [T, heads, ...] as computed -> the capture's rows in the site's public shape; scores and pattern become [H, T, S]. */
export function captured(
  spec: ModelSpec,
  { site, rows }: ResolvedRun['captures'][number],
  x: Float64Array,
  T: number,
): Tensor {
  const { heads, perHead } = rowLayout(spec, site, T);
  const positions = rows ?? range(0, T);
  const headsFirst = site.axes.includes('S');
  const data = new Float32Array(positions.length * heads * perHead);
  for (const [i, t] of positions.entries()) {
    for (let h = 0; h < heads; h++) {
      const from = (t * heads + h) * perHead;
      data.set(x.subarray(from, from + perHead), (headsFirst ? h * T + i : i * heads + h) * perHead);
    }
  }
  const size = (axis: Site['axes'][number]) => (axis === 'T' ? positions.length : axisSize(spec, axis, T));
  return { shape: site.axes.map(size), data };
}
