/** Vocabulary-sized tables split by rows, so that no binding exceeds the device's limit. */

export interface Chunk {
  /** Tensor id, e.g. 'embed.W_E#1'; the plain name where one chunk holds all. */
  readonly tensor: string;
  readonly first: number;
  readonly rows: number;
}

/** Chunks of a [rows, width] f32 table under a limit in bytes. */
export function chunkRows(name: string, rows: number, width: number, maxBindingBytes: number): Chunk[] {
  const perChunk = Math.floor(maxBindingBytes / (4 * width));
  if (perChunk < 1)
    throw new Error(
      `weights: one row of ${name} needs ${4 * width} bytes, got a limit of ${maxBindingBytes} bytes per binding.`,
    );
  if (perChunk >= rows) return [{ tensor: name, first: 0, rows }];
  const chunks: Chunk[] = [];
  for (let first = 0; first < rows; first += perChunk) {
    chunks.push({ tensor: `${name}#${chunks.length}`, first, rows: Math.min(perChunk, rows - first) });
  }
  return chunks;
}
