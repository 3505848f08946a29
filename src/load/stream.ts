/**
 * The tensors of a checkpoint's files in one pass, in the order of the bytes, so that a download goes straight to where
 * the weights are wanted and no more than a few MB are ever on the host.
 */
import { rowsOf } from './assemble';
import { isStoredType, type StoredTensor, storedBytes, type StoredType, type TensorFile } from './stored';

/** Rows that are handed on together, in bytes. */
const TILE = 4 * 2 ** 20;

/** Some whole rows of a tensor as they are stored. */
export interface RowTile {
  readonly tensor: StoredTensor;
  /** First of these rows in the stored tensor. */
  readonly first: number;
  readonly rows: number;
  /** Valid until the next tile is asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Told every byte of the file, in order, whatever it belongs to. */
export type ByteWatcher = (bytes: Uint8Array) => void;

/** All tensors of a file as tiles of whole rows. Every byte of the file is read once. */
export async function* tilesOf(
  file: TensorFile,
  watch: ByteWatcher,
  signal?: AbortSignal,
): AsyncGenerator<RowTile> {
  const tensors = file.tensors.filter(({ begin, end }) => end > begin);
  let at = 0;
  let index = 0;
  const memory = new TileMemory();
  let builder: TileBuilder | null = null;
  for await (const piece of file.source.stream(0, signal)) {
    watch(piece);
    const pieceBegin = at;
    at += piece.length;
    while (index < tensors.length && tensors[index]!.begin < at) {
      const tensor = tensors[index]!;
      builder ??= new TileBuilder(tensor, memory);
      const from = Math.max(tensor.begin, pieceBegin);
      const to = Math.min(tensor.end, at);
      yield* builder.add(piece.subarray(from - pieceBegin, to - pieceBegin));
      if (tensor.end > at) break;
      builder = null;
      index++;
    }
  }
  if (at !== file.source.size) {
    throw new Error(
      `${file.source.name}: ends early, got ${at} bytes, expected ${file.source.size}. Open it again.`,
    );
  }
}

/** The bytes of one tile after another, in the same place: garbage would be collected too late. */
class TileMemory {
  private bytes = new Uint8Array();

  take(length: number): Uint8Array<ArrayBuffer> {
    if (this.bytes.length < length) this.bytes = new Uint8Array(Math.max(length, TILE));
    return this.bytes.subarray(0, length);
  }
}

/** Collects a tensor's bytes into tiles. Bytes are copied once, so that a tile begins at an aligned address. */
class TileBuilder {
  private readonly rowBytes: number;
  private readonly rowsPerTile: number;
  private readonly rows: number;
  private done = 0;
  private tile: Uint8Array<ArrayBuffer> | null = null;
  private filled = 0;

  constructor(
    private readonly tensor: StoredTensor,
    private readonly memory: TileMemory,
  ) {
    const { dtype, shape, begin, end } = tensor;
    const { rows, width } = rowsOf(shape);
    // Tensors of other types are skipped by whoever gets the tile; one row stands for them.
    const isRead = isStoredType(dtype) && rows > 0;
    this.rows = isRead ? rows : 1;
    this.rowBytes = isRead ? storedBytes(dtype as StoredType, width) : end - begin;
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
      yield { tensor: this.tensor, first: this.done, rows, bytes: this.tile };
      this.done += rows;
      this.tile = null;
      this.filled = 0;
    }
  }
}
