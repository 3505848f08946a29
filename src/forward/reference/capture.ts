/** A site's tensor as it is given out. */
import { type Axis, axisSize, headAxisOf, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import type { ResolvedRun } from '../request/resolve';
import type { Tensor } from '../request/types';

/** x [T, heads, ...] as computed -> the capture's rows and heads in the site's public shape; scores and pattern become [H, T, S]. */
export function captured(
  spec: ModelSpec,
  { site, rows, heads: chosen }: ResolvedRun['captures'][number],
  x: Float64Array,
  T: number,
): Tensor {
  const { heads, perHead } = rowLayout(spec, site, T);
  const positions = rows ?? range(0, T);
  const shown = chosen ?? range(0, heads);
  const headsFirst = site.axes.includes('S');
  const data = new Float32Array(positions.length * shown.length * perHead);
  for (const [i, t] of positions.entries()) {
    for (const [j, h] of shown.entries()) {
      const from = (t * heads + h) * perHead;
      const to = headsFirst ? j * T + i : i * shown.length + j;
      data.set(x.subarray(from, from + perHead), to * perHead);
    }
  }
  const size = (axis: Axis): number => {
    if (axis === 'T') return positions.length;
    return axis === headAxisOf(site) ? shown.length : axisSize(spec, axis, T);
  };
  return { shape: site.axes.map(size), data };
}
