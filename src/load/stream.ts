/**
 * Reads the tensors of a checkpoint in one pass, in byte order, so a download goes straight to its
 * destination and the host never holds more than a few MB.
 */
import { rowsOf } from './assemble';
import { BLOCK, type StoredTensor, storedBytes, type StoredType, type TensorFile } from './stored';
import { gather } from './strided';

/** Bytes of rows that are passed on together. */
const TILE = 4 * 2 ** 20;

/** Some whole rows of a stored tensor. */
export interface RowTile {
  readonly tensor: StoredTensor;
  /** Index of the first row in the stored tensor. */
  readonly first: number;
  readonly rows: number;
  /** Valid until the next tile is requested. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Receives every byte of the file in order, whichever tensor it belongs to. */
export type ByteWatcher = (bytes: Uint8Array) => void;

/**
 * All tensors of a file as tiles of whole rows; their types must be `StoredType`s. Reads every byte
 * of the file once.
 */
export async function* tilesOf(
  file: TensorFile,
  watch: ByteWatcher,
  signal?: AbortSignal,
): AsyncGenerator<RowTile> {
  const waiting = file.tensors.filter(({ begin, end }) => end > begin).reverse();
  const free: TileMemory[] = [];
  let begun: TileBuilder[] = [];
  let at = 0;
  for await (const piece of file.source.stream(0, signal)) {
    watch(piece);
    const pieceBegin = at;
    at += piece.length;
    const unfinished: TileBuilder[] = [];
    const queue = begun;
    // Tensors may overlap: each takes its part of the piece in turn.
    for (let i = 0; i < queue.length || (waiting.at(-1)?.begin ?? at) < at; i++) {
      const builder = queue[i] ?? new TileBuilder(waiting.pop()!, free.pop() ?? new TileMemory());
      const { begin, end } = builder.tensor;
      yield* builder.add(piece.subarray(Math.max(begin - pieceBegin, 0), Math.min(end, at) - pieceBegin));
      if (end > at) unfinished.push(builder);
      else free.push(builder.memory);
    }
    begun = unfinished;
  }
  if (at !== file.source.size) {
    throw new Error(
      `${file.source.name}: ends early, got ${at} bytes, expected ${file.source.size}. Open it again.`,
    );
  }
}

/** All bytes of a tensor, row by row. */
export function inRows(
  { dtype, shape, strides }: StoredTensor,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return strides ? gather(bytes, shape, strides, BLOCK[dtype as StoredType].bytes) : bytes;
}

/** Reuses one buffer for all tiles; garbage would be collected too late. */
class TileMemory {
  private bytes = new Uint8Array();

  take(length: number): Uint8Array<ArrayBuffer> {
    if (this.bytes.length < length) this.bytes = new Uint8Array(Math.max(length, TILE));
    return this.bytes.subarray(0, length);
  }
}

/** Collects a tensor's bytes into tiles. Copies them once, so that tiles are aligned. */
class TileBuilder {
  private readonly rowBytes: number;
  private readonly rowsPerTile: number;
  private readonly rows: number;
  private done = 0;
  private tile: Uint8Array<ArrayBuffer> | null = null;
  private filled = 0;

  constructor(
    readonly tensor: StoredTensor,
    readonly memory: TileMemory,
  ) {
    const { dtype, shape, begin, end, strides } = tensor;
    const { rows, width } = rowsOf(shape);
    // A tensor that is not row-major is reordered once complete.
    this.rows = strides ? 1 : rows;
    this.rowBytes = strides ? end - begin : storedBytes(dtype as StoredType, width);
    this.rowsPerTile = Math.max(1, Math.floor(TILE / this.rowBytes));
  }

  *add(bytes: Uint8Array): Generator<RowTile> {
    for (let from = 0; from < bytes.length; ) {
      const rows = Math.min(this.rowsPerTile, this.rows - this.done);
      this.tile ??= this.memory.take(rows * this.rowBytes);
      const part = bytes.subarray(from, from + this.tile.length - this.filled);
      this.tile.set(part, this.filled);
      this.filled += part.length;
      from += part.length;
      if (this.filled < this.tile.length) return;
      const { tensor } = this;
      const whole = tensor.strides ? rowsOf(tensor.shape).rows : rows;
      yield { tensor, first: this.done, rows: whole, bytes: inRows(tensor, this.tile) };
      this.done += rows;
      this.tile = null;
      this.filled = 0;
    }
  }
}
