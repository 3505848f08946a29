/** Converts a site's tensor to its public form. */
import { groupOf } from '../../model/pooling';
import { rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { capturedShape, isSquare } from '../request/captures';
import type { ResolvedCapture } from '../request/resolved';
import type { Tensor } from '../request/contract';
import { elements } from '../../util/elements';

/**
 * x [T, heads, ...] as computed -> the capture's rows and heads in the site's public shape; scores
 * and pattern become [H, T, S].
 */
export function captured(spec: ModelSpec, capture: ResolvedCapture, x: Float64Array, T: number): Tensor {
  const { site, rows, heads: chosen, isMean, pool } = capture;
  const { heads, perHead } = rowLayout(spec, site, T);
  const positions = rows ?? range(0, T);
  if (isMean) return meanOf(x, positions, capturedShape(spec, capture, T));
  const shown = chosen ?? range(0, heads);
  const data = new Float32Array(positions.length * shown.length * perHead);
  for (const [i, t] of positions.entries()) {
    for (const [j, h] of shown.entries()) {
      const from = (t * heads + h) * perHead;
      const to = isSquare(capture) ? j * T + i : i * shown.length + j;
      data.set(x.subarray(from, from + perHead), to * perHead);
    }
  }
  const shape = capturedShape(spec, capture, T);
  return { shape, data: pool === 1 ? data : pooled(data, shape, T, pool) };
}

/** The mean over rows of x. */
function meanOf(x: Float64Array, positions: readonly number[], shape: readonly number[]): Tensor {
  const width = elements(shape);
  const mean = new Float64Array(width);
  for (const t of positions) for (let c = 0; c < width; c++) mean[c]! += x[t * width + c]! / positions.length;
  return { shape, data: Float32Array.from(mean) };
}

/** maps [H, T, T] -> [H, P, P]: the maximum over every pair of groups of positions. */
function pooled(maps: Float32Array, [H, P]: readonly number[], T: number, pool: number): Float32Array {
  const out = new Float32Array(H! * P! * P!).fill(Number.NEGATIVE_INFINITY);
  for (const [i, value] of maps.entries()) {
    const s = i % T;
    const t = Math.floor(i / T) % T;
    const at = (Math.floor(i / (T * T)) * P! + groupOf(t, pool)) * P! + groupOf(s, pool);
    out[at] = Math.max(out[at]!, value);
  }
  return out;
}
