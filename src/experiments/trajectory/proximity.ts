/** Nearness of a state to the unembedding vectors. */
import { lengthOf } from '../common/directions';
import { dot } from '../../util/dot';

/** Cosine of x [D] with each row of `table` [V, D]; 0 for zero vectors. */
export function cosines(x: Float64Array, table: Float32Array): Float64Array {
  const D = x.length;
  const own = lengthOf(x);
  return Float64Array.from({ length: table.length / D }, (_, id) => {
    const row = table.subarray(id * D, (id + 1) * D);
    const lengths = own * lengthOf(row);
    return lengths > 0 ? dot(x, row) / lengths : 0;
  });
}

/** Number of entries above that of `id`: 0 is nearest. */
export function rankOf(values: Float64Array, id: number): number {
  return values.reduce((n, value) => n + (value > values[id]! ? 1 : 0), 0);
}

/** Spearman's correlation; ties share their mean rank. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - middle) * (y[i]! - middle);
    xx += (x[i]! - middle) ** 2;
    yy += (y[i]! - middle) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const out = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (let k = first; k < end; k++) out[order[k]!] = (first + end - 1) / 2;
    first = end;
  }
  return out;
}
