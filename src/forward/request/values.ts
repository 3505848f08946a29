/**
 * The numbers of an edit's source that are known before the pass: constants, vectors and seeded
 * noise, in float64. Values of earlier runs are on the device instead.
 */
import { standardNormals } from '../../util/random';
import type { ResolvedEdit } from './resolved';

/** Draws are slices of one stream, so draws 0..n of a seed are made once. */
const streams = new Map<number, Float64Array>();

/** Numbers [draw*count, (draw+1)*count) of the stream of standard normals of `seed`. */
export function noiseDraw(seed: number, draw: number, count: number): Float64Array {
  const end = (draw + 1) * count;
  const known = streams.get(seed);
  if (known && known.length >= end) return known.subarray(end - count, end);
  if (streams.size > 4) streams.clear();
  const stream = standardNormals(seed, Math.max(end, 2 * (known?.length ?? 0)));
  streams.set(seed, stream);
  return stream.subarray(end - count, end);
}

/** The number of selected columns. */
export const columnsOf = ({ spans }: Pick<ResolvedEdit, 'spans'>): number =>
  spans.reduce((sum, [begin, end]) => sum + end - begin, 0);

/**
 * Values for one edited row of one sample, one per selected column, or a single number that fills
 * them; null if they are on the device or there are none.
 */
export function knownValues(
  edit: Pick<ResolvedEdit, 'source' | 'spans' | 'rows'>,
  rowIndex: number,
  sample = 0,
): Float64Array | number | null {
  const { source } = edit;
  const columns = columnsOf(edit);
  if (source === null) return null;
  if (source.kind === 'constant') return source.value;
  if (source.kind === 'vector') {
    // A vector shorter than all rows is repeated over heads and rows.
    const { values } = source;
    return Float64Array.from(
      { length: columns },
      (_, c) => values[(rowIndex * columns + c) % values.length]!,
    );
  }
  if (source.kind === 'noise') {
    const all = noiseDraw(source.seed, source.draw + sample, edit.rows.length * columns);
    return all.subarray(rowIndex * columns, (rowIndex + 1) * columns).map((value) => value * source.scale);
  }
  return null;
}
