/**
 * The layout of weights on the device: large matrices and tables are split by rows, so that no
 * binding exceeds the limit.
 */
import type { ModelSpec, WeightSlot } from '../model/spec';

/** 32-bit floats, or halves packed in pairs; vectors are always 32-bit. */
export type WeightFormat = 'f32' | 'f16';

export interface Chunk {
  /** Tensor id, e.g. 'embed.W_E#1'; the plain name if one chunk holds everything. */
  readonly tensor: string;
  readonly first: number;
  readonly rows: number;
}

/** Bytes per element of a matrix or table. */
export const bytesPerWeight = (format: WeightFormat): number => (format === 'f16' ? 2 : 4);

/**
 * Splits a [rows, width] weight under a limit in bytes per binding. Throws an Error if one row does
 * not fit. Halves are packed in pairs, so with an odd width a chunk of halves begins at an even
 * row.
 */
export function chunkRows(
  name: string,
  rows: number,
  width: number,
  maxBindingBytes: number,
  format: WeightFormat,
): Chunk[] {
  const rowBytes = bytesPerWeight(format) * width;
  const most = Math.floor(maxBindingBytes / rowBytes);
  const perChunk = most >= rows ? most : most - (format === 'f16' && width % 2 === 1 ? most % 2 : 0);
  if (perChunk < 1)
    throw new Error(
      `weights: one row of ${name} needs ${rowBytes} bytes, got a limit of ${maxBindingBytes} bytes per binding.`,
    );
  if (perChunk >= rows) return [{ tensor: name, first: 0, rows }];
  const chunks: Chunk[] = [];
  for (let first = 0; first < rows; first += perChunk) {
    chunks.push({ tensor: `${name}#${chunks.length}`, first, rows: Math.min(perChunk, rows - first) });
  }
  return chunks;
}

/** Whether a weight may be split by rows: its rows are outputs, or are looked up one by one. */
export function isSplittable(spec: ModelSpec, { role }: WeightSlot): boolean {
  return role === 'table' || (role === 'matrix' && spec.orientation === 'out-in');
}

export function formatOf({ role }: WeightSlot, format: WeightFormat): WeightFormat {
  return role === 'vector' ? 'f32' : format;
}
