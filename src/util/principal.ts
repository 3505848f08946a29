/** The leading principal components of a cloud of points, by power iteration. */
import { dot } from './dot';
import { standardNormals } from './random';

export interface Principal {
  /** Unit vectors [D]; the entry of largest magnitude is positive. */
  readonly axes: readonly Float64Array[];
  /** Shares of the total variance. */
  readonly shares: readonly number[];
  /** [point][axis], after centring. */
  readonly coordinates: readonly (readonly number[])[];
}

const MOST_ITERATIONS = 5000;

/** `points[i]` [D]. Points without variance get zero coordinates and shares. */
export function principalComponents(points: readonly ArrayLike<number>[], count: number): Principal {
  const D = points[0]!.length;
  const mean = Float64Array.from({ length: D }, (_, d) =>
    points.reduce((sum, x) => sum + x[d]! / points.length, 0),
  );
  const centred = points.map((x) => Float64Array.from(x, (value, d) => value - mean[d]!));
  const whole = centred.reduce((sum, x) => sum + dot(x, x), 0);
  const axes: Float64Array[] = [];
  const shares: number[] = [];
  for (let a = 0; a < count; a++) {
    const axis = leading(centred, axes, a);
    axes.push(axis);
    shares.push(whole > 0 ? centred.reduce((sum, x) => sum + dot(x, axis) ** 2, 0) / whole : 0);
  }
  return { axes, shares, coordinates: centred.map((x) => axes.map((axis) => dot(x, axis))) };
}

/** The direction of greatest variance orthogonal to `known`. */
function leading(x: readonly Float64Array[], known: readonly Float64Array[], seed: number): Float64Array {
  let v = unit(orthogonal(standardNormals(seed, x[0]!.length), known));
  for (let i = 0; i < MOST_ITERATIONS; i++) {
    const next = new Float64Array(v.length);
    for (const row of x) {
      const along = dot(row, v);
      for (let d = 0; d < next.length; d++) next[d]! += along * row[d]!;
    }
    const turned = orthogonal(next, known);
    if (!(dot(turned, turned) > 0)) break;
    const better = unit(turned);
    // X^T X never reverses a direction, so the change measures an angle.
    const done = better.every((value, d) => Math.abs(value - v[d]!) < 1e-14);
    v = better;
    if (done) break;
  }
  const largest = v.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? v.map((value) => -value) : v;
}

function orthogonal(v: Float64Array, known: readonly Float64Array[]): Float64Array {
  return known.reduce((rest, axis) => {
    const along = dot(rest, axis);
    return rest.map((value, d) => value - along * axis[d]!);
  }, v);
}

const unit = (v: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(v, v));
  return v.map((value) => value / length);
};
