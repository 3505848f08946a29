/** Seeds: the gradient of a number of the logits, and cotangents at a site. */
import { rowLayout } from '../../../model/sites';
import type { ModelSpec } from '../../../model/spec';
import { logSoftmax } from '../../../util/distribution';
import { range } from '../../../util/range';
import { isSquare } from '../../request/captures';
import type { ResolvedCapture, ResolvedGradients } from '../../request/resolved';
import type { LogitScalar } from '../../request/seeds';

/** d mean / d logits, [T, V]. */
export function meanSeed(mean: readonly LogitScalar[], logits: Float64Array, V: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (const scalar of mean) {
    const row = logits.subarray(scalar.row * V, (scalar.row + 1) * V);
    const g = out.subarray(scalar.row * V, (scalar.row + 1) * V);
    for (const [id, value] of slopes(scalar, row).entries()) g[id]! += value / mean.length;
  }
  return out;
}

/** d scalar / d its row of logits, [V]. */
function slopes(scalar: LogitScalar, row: Float64Array): Float64Array {
  if (scalar.of === 'logits') {
    const out = new Float64Array(row.length);
    for (const [token, weight] of scalar.weights) out[token]! += weight;
    return out;
  }
  const p = logSoftmax(row).map(Math.exp);
  if (scalar.of === 'kl') {
    const given = logSoftmax(scalar.logProbs).map(Math.exp);
    return p.map((value, id) => value - given[id]!);
  }
  const factor = scalar.of === 'prob' ? p[scalar.token]! : 1;
  return p.map((value, id) => factor * ((id === scalar.token ? 1 : 0) - value));
}

/** The site's tensor as computed, [T, heads, ...], with a cotangent's values; else 0. */
export function cotangent(
  spec: ModelSpec,
  seed: Extract<ResolvedGradients['seed'], { readonly at: ResolvedCapture }>,
  T: number,
): Float64Array {
  const { at } = seed;
  const { heads, perHead } = rowLayout(spec, at.site, T);
  const out = new Float64Array(T * heads * perHead);
  const positions = at.rows ?? range(0, T);
  if ('column' in seed) {
    for (const t of positions) out[t * heads * perHead + seed.column] = 1;
    return out;
  }
  for (const [i, t] of positions.entries()) {
    for (let h = 0; h < heads; h++) {
      const from = isSquare(at) ? h * T + i : i * heads + h;
      for (let c = 0; c < perHead; c++) out[(t * heads + h) * perHead + c] = seed.values[from * perHead + c]!;
    }
  }
  return out;
}
