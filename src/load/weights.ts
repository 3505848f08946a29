/** A checkpoint's tensors under their canonical names, checked before anything is computed. */
import type { Family } from '../model/families';
import { slotsOf } from '../model/families/slots';
import type { ModelSpec, WeightPart, WeightSlot } from '../model/spec';
import { assertInternal } from '../util/assert';
import { Sha256, sha256OfText } from '../util/sha256';
import { assembleSlot, rowsOf, sourceOf, takenRows } from './assemble';
import { refuseDamagedCopy } from './bytes';
import { dequantize } from './dequantize';
import { type Located, nameTensors, notesOnUnread } from './naming';
import { NotFiniteScan, type NotFiniteWeights } from './notFinite';
import {
  BLOCK,
  isStoredType,
  storedBytes,
  type StoredTensor,
  type StoredType,
  type TensorFile,
} from './stored';
import { inRows, type RowTile, tilesOf } from './stream';
import { quoted } from '../util/parse';
import { elements } from '../util/elements';

/** Receives weights as they arrive. */
export interface WeightSink {
  /**
   * Rows [first, first + rows) of a slot, as stored in `dtype`; valid until the promise settles.
   */
  write(
    slot: WeightSlot,
    first: number,
    rows: number,
    dtype: StoredType,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void>;
}

export interface StreamOptions {
  /** Called with the total bytes read from all files. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A second sink for the same rows. */
  readonly also?: WeightSink | undefined;
}

/** The results of a pass over the files. */
export interface StreamedWeights {
  /** The SHA-256 of a single file; of several, the SHA-256 of their concatenated hex digests. */
  readonly sha256: string;
  /** NaN and infinite weights; empty for a sound model. */
  readonly notFinite: readonly NotFiniteWeights[];
}

export interface CheckpointWeights {
  readonly slots: readonly WeightSlot[];
  /** Number of weights. */
  readonly parameters: number;
  /** Bytes of the files, and how many of them are already on this device. */
  readonly bytes: number;
  readonly present: number;
  /** Shape of a canonical weight, e.g. [D, 3D]. */
  shape(name: string): readonly number[];
  /**
   * Values of a canonical weight, row-major, widened to 32 bits; read again at every call. One row
   * by its index: 'embed.W_E[12]', without the others if it is stored as it is.
   */
  get(name: string): Promise<Float32Array>;
  /**
   * Passes every weight to the sink in one pass over the files. Rejects with DamagedFileError if a
   * file has changed.
   */
  stream(sink: WeightSink, options?: StreamOptions): Promise<StreamedWeights>;
}

/** Weights whose files were matched with the config. */
export interface MatchedWeights extends CheckpointWeights {
  /** The config's spec, with `tied` as in the files. */
  readonly spec: ModelSpec;
  /** Accepted deviations, a sentence each. */
  readonly notes: readonly string[];
}

/** The destination of a tensor's rows. */
interface Target {
  readonly slot: WeightSlot;
  readonly part: WeightPart;
  /** First row of the part within its slot. */
  readonly first: number;
}

/**
 * Matches the files with what the family needs. Throws an Error naming a tensor that is missing,
 * has the wrong shape, or may belong to a different arithmetic. Reads no weight.
 */
export function checkpointWeights(
  files: readonly TensorFile[],
  family: Family,
  asked: ModelSpec,
  where: string,
): MatchedWeights {
  const named = nameTensors(files, family, asked);
  const { located, spec } = named;
  const slots = new Map(slotsOf(spec, family.modules).map((slot) => [slot.name, slot]));
  const targets = new Map<StoredTensor, Target[]>();
  for (const slot of slots.values()) {
    let first = 0;
    for (const part of slot.parts) {
      const { tensor } = checkedSource(located, part, where);
      targets.set(tensor, [...(targets.get(tensor) ?? []), { slot, part, first }]);
      const [begin, end] = takenRows(part);
      first += end - begin;
    }
  }
  const unread = notesOnUnread(named, (tensor) => targets.has(tensor), family, where);
  const find = (name: string): WeightSlot => {
    const slot = slots.get(name);
    assertInternal(slot, `no weight named '${name}' in a ${spec.family} model`);
    return slot;
  };
  return {
    spec,
    notes: [...named.notes, ...unread],
    slots: [...slots.values()],
    parameters: [...slots.values()].reduce((sum, { shape }) => sum + elements(shape), 0),
    bytes: files.reduce((sum, { source }) => sum + source.size, 0),
    get present() {
      return files.reduce((sum, { source }) => sum + (source.present ?? source.size), 0);
    },
    shape: (name) => find(name).shape,
    get: (name) => {
      const one = rowNamed(name);
      if (one) return readRow(located, find(one.table), one.row);
      return assembleSlot(find(name), (part) => readPart(located, part));
    },
    stream: (sink, options = {}) => streamAll(files, targets, sink, options),
  };
}

function checkedSource(located: ReadonlyMap<string, Located>, part: WeightPart, where: string): Located {
  const source = sourceOf(part, (name) => located.has(name));
  if (source === undefined) {
    throw new Error(
      `${where}: tensor ${quoted(part.sources[0]!)} is missing, expected shape [${part.shape}].`,
    );
  }
  const { shape, dtype } = located.get(source)!.tensor;
  if (shape.join() !== part.shape.join()) {
    throw new Error(
      `${where}: tensor ${quoted(source)} has the wrong shape, got [${shape}], expected [${part.shape}] from config.json.`,
    );
  }
  if (!isStoredType(dtype)) {
    throw new Error(
      `${where}: tensor ${quoted(source)} has a type that is not supported, got ${dtype}, expected F64, F32, F16 or BF16.`,
    );
  }
  const { width } = rowsOf(shape);
  if (width % BLOCK[dtype].elements !== 0) {
    throw new Error(
      `${where}: tensor ${quoted(source)} has rows that do not fill whole blocks, got ${width} columns of ${dtype}, expected a multiple of ${BLOCK[dtype].elements}.`,
    );
  }
  return located.get(source)!;
}

async function readPart(located: ReadonlyMap<string, Located>, part: WeightPart): Promise<Float32Array> {
  const { file, tensor } = located.get(sourceOf(part, (name) => located.has(name))!)!;
  const bytes = await file.source.read(tensor.begin, tensor.end);
  const values = dequantize(tensor.dtype as StoredType, inRows(tensor, bytes));
  if (!tensor.place) return values;
  const { rows, width } = rowsOf(tensor.shape);
  const placed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    placed.set(values.subarray(row * width, (row + 1) * width), tensor.place(row) * width);
  }
  return placed;
}

/** The table and the index in a row's name, e.g. 'embed.W_E[12]'; null for a whole weight. */
export function rowNamed(name: string): { readonly table: string; readonly row: number } | null {
  const [, table, row] = /^(.+)\[(\d+)\]$/.exec(name) ?? [];
  return table === undefined ? null : { table, row: Number(row) };
}

async function readRow(
  located: ReadonlyMap<string, Located>,
  slot: WeightSlot,
  row: number,
): Promise<Float32Array> {
  const [part] = slot.parts as [WeightPart];
  const { file, tensor } = located.get(sourceOf(part, (name) => located.has(name))!)!;
  const { width } = rowsOf(slot.shape);
  if (slot.parts.length > 1 || part.place || part.taken || tensor.place || tensor.strides) {
    const values = await assembleSlot(slot, (one) => readPart(located, one));
    return values.slice(row * width, (row + 1) * width);
  }
  const size = storedBytes(tensor.dtype as StoredType, width);
  const begin = tensor.begin + row * size;
  return dequantize(tensor.dtype as StoredType, await file.source.read(begin, begin + size));
}

async function streamAll(
  files: readonly TensorFile[],
  targets: ReadonlyMap<StoredTensor, readonly Target[]>,
  sink: WeightSink,
  { onBytes, signal, also }: StreamOptions,
): Promise<StreamedWeights> {
  const scan = new NotFiniteScan();
  const fileHashes: string[] = [];
  let bytes = 0;
  for (const { source, tensors } of files) {
    const hash = new Sha256();
    const watch = (piece: Uint8Array): void => {
      hash.update(piece);
      bytes += piece.length;
      onBytes?.(bytes);
    };
    try {
      const read = tensors.filter((tensor) => targets.has(tensor));
      for await (const tile of tilesOf({ source, tensors: read }, watch, signal)) {
        const { name, dtype } = tile.tensor;
        const all = targets.get(tile.tensor)!;
        const whole = all.filter(({ part }) => !part.taken).map(({ slot }) => slot.name);
        if (whole.length > 0) scan.look(whole, name, dtype as StoredType, tile.bytes);
        for (const target of all) {
          const taken = takenOf(tile, target.part);
          if (!taken) continue;
          if (target.part.taken) scan.look([target.slot.name], name, dtype as StoredType, taken.bytes);
          if (also) await place(taken, target, also);
          await place(taken, target, sink);
        }
      }
    } catch (error) {
      // A weight that the sink refuses (too large for a half, say) may be damage to the copy.
      if (!signal?.aborted) await refuseDamagedCopy(source, signal);
      throw error;
    }
    fileHashes.push(hash.digest());
    await source.settle?.(fileHashes.at(-1)!);
  }
  const sha256 = fileHashes.length === 1 ? fileHashes[0]! : sha256OfText(fileHashes.join(''));
  return { sha256, notFinite: scan.all() };
}

/** The part's share of a tile, with rows counted from the part's first; null if it has none. */
function takenOf(tile: RowTile, part: WeightPart): RowTile | null {
  if (!part.taken) return tile;
  assertInternal(!tile.tensor.place, `rows of '${tile.tensor.name}' are both permuted and shared`);
  const [begin, end] = part.taken;
  const from = Math.max(begin - tile.first, 0);
  const to = Math.min(end - tile.first, tile.rows);
  if (to <= from) return null;
  const rowBytes = tile.bytes.length / tile.rows;
  // The copy begins at an aligned address.
  const bytes = to - from === tile.rows ? tile.bytes : tile.bytes.slice(from * rowBytes, to * rowBytes);
  return { ...tile, first: tile.first + from - begin, rows: to - from, bytes };
}

/** Writes a tile's rows to their places in the sink, consecutive rows together. */
async function place(tile: RowTile, { slot, part, first }: Target, sink: WeightSink): Promise<void> {
  const { tensor, rows, bytes } = tile;
  const dtype = tensor.dtype as StoredType;
  if (!tensor.place && !part.place) {
    await sink.write(slot, first + tile.first, rows, dtype, bytes);
    return;
  }
  const moved = Array.from({ length: rows }, (_, i) => {
    const row = tensor.place?.(tile.first + i) ?? tile.first + i;
    return { from: i, to: first + (part.place?.(row) ?? row) };
  }).sort((a, b) => a.to - b.to);
  const rowBytes = bytes.length / rows;
  for (let i = 0; i < rows; ) {
    let end = i + 1;
    while (end < rows && moved[end]!.to === moved[end - 1]!.to + 1) end++;
    const run = new Uint8Array((end - i) * rowBytes);
    for (let j = i; j < end; j++) {
      const from = moved[j]!.from * rowBytes;
      run.set(bytes.subarray(from, from + rowBytes), (j - i) * rowBytes);
    }
    await sink.write(slot, moved[i]!.to, end - i, dtype, run);
    i = end;
  }
}
