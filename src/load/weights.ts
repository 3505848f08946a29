/** The tensors of a checkpoint under their canonical names, checked before anything is computed. */
import type { Family } from '../model/families';
import type { ModelSpec, WeightPart, WeightSlot } from '../model/spec';
import { assertInternal } from '../util/assert';
import { Sha256, sha256OfText } from '../util/sha256';
import { assembleSlot, rowsOf, sourceOf } from './assemble';
import { refuseDamagedCopy } from './bytes';
import { dequantize } from './dequantize';
import { NotFiniteScan, type NotFiniteWeights } from './notFinite';
import { BLOCK, isStoredType, type StoredTensor, type StoredType, type TensorFile } from './stored';
import { type RowTile, tilesOf } from './stream';
import { copiesOf, slotsOf } from '../model/families/slots';

/** Where weights go as they arrive. */
export interface WeightSink {
  /** Rows [first, first + rows) of a slot, as stored: `dtype`'s bytes, which are valid until the promise settles. */
  write(
    slot: WeightSlot,
    first: number,
    rows: number,
    dtype: StoredType,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void>;
}

export interface StreamOptions {
  /** Bytes of all files that have been read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a pass over the files found out. */
export interface StreamedWeights {
  /** A single file's SHA-256; of several the SHA-256 of their hashes' hex digits one after another. */
  readonly sha256: string;
  /** Weights that are NaN or infinite; empty for a sound model. */
  readonly notFinite: readonly NotFiniteWeights[];
}

export interface CheckpointWeights {
  readonly slots: readonly WeightSlot[];
  /** Number of weights. */
  readonly parameters: number;
  /** Bytes of the files, and how many of them are on this device already. */
  readonly bytes: number;
  readonly present: number;
  /** Shape of a canonical weight, e.g. [D, 3D]. */
  shape(name: string): readonly number[];
  /** Values of a canonical weight, row-major, widened to 32 bits; read anew at every call. */
  get(name: string): Promise<Float32Array>;
  /**
   * Hands every weight to the sink, in one pass over the files. Rejects with DamagedFileError if a file is not what it
   * was, with a sentence if a copied tensor differs from its original.
   */
  stream(sink: WeightSink, options?: StreamOptions): Promise<StreamedWeights>;
}

/** Where a tensor's rows go. */
interface Target {
  readonly slot: WeightSlot;
  readonly part: WeightPart;
  /** First row of the part in its slot. */
  readonly first: number;
}

interface Located {
  readonly file: TensorFile;
  readonly tensor: StoredTensor;
}

/**
 * Matches the files against what the family needs. Throws one sentence naming the tensor if one is missing, has
 * another shape, or is unknown. Reads no weight.
 */
export function checkpointWeights(
  files: readonly TensorFile[],
  family: Family,
  spec: ModelSpec,
  where: string,
): CheckpointWeights {
  const located = new Map<string, Located>();
  for (const file of files) {
    for (const tensor of file.tensors) {
      const other = located.get(tensor.name)?.file.source.name;
      if (other !== undefined) {
        throw new Error(
          `${file.source.name}: tensor '${tensor.name}' is there twice, got another in ${other}, expected one. Download the model again.`,
        );
      }
      located.set(tensor.name, { file, tensor });
    }
  }
  const slots = new Map(slotsOf(spec, family.modules).map((slot) => [slot.name, slot]));
  const targets = new Map<string, Target[]>();
  for (const slot of slots.values()) {
    let first = 0;
    for (const part of slot.parts) {
      const name = checkedSource(located, part, where);
      targets.set(name, [...(targets.get(name) ?? []), { slot, part, first }]);
      first += rowsOf(part.shape).rows;
    }
  }
  const copies = copiesAmong(located, targets, family, spec, where);
  const find = (name: string): WeightSlot => {
    const slot = slots.get(name);
    assertInternal(slot, `no weight named '${name}' in a ${spec.family} model`);
    return slot;
  };
  return {
    slots: [...slots.values()],
    parameters: [...slots.values()].reduce((sum, { shape }) => sum + elements(shape), 0),
    bytes: files.reduce((sum, { source }) => sum + source.size, 0),
    get present() {
      return files.reduce((sum, { source }) => sum + (source.present ?? source.size), 0);
    },
    shape: (name) => find(name).shape,
    get: (name) => assembleSlot(find(name), (part) => readPart(located, part)),
    stream: (sink, options = {}) => streamAll(files, targets, copies, sink, where, options),
  };
}

/** Number of elements of a shape; 1 for a scalar. */
function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function checkedSource(located: ReadonlyMap<string, Located>, part: WeightPart, where: string): string {
  const source = sourceOf(part, (name) => located.has(name));
  if (source === undefined) {
    throw new Error(`${where}: tensor '${part.sources[0]}' is missing, expected shape [${part.shape}].`);
  }
  const { shape, dtype } = located.get(source)!.tensor;
  if (shape.join() !== part.shape.join()) {
    throw new Error(
      `${where}: tensor '${source}' has the wrong shape, got [${shape}], expected [${part.shape}] from config.json.`,
    );
  }
  if (!isStoredType(dtype)) {
    throw new Error(
      `${where}: tensor '${source}' has a type that is not supported, got ${dtype}, expected F32, F16 or BF16.`,
    );
  }
  const { width } = rowsOf(shape);
  if (width % BLOCK[dtype].elements !== 0) {
    throw new Error(
      `${where}: tensor '${source}' has rows that fill no whole blocks, got ${width} columns of ${dtype}, expected a multiple of ${BLOCK[dtype].elements}.`,
    );
  }
  return source;
}

/** Tensors that no slot reads: copy -> original. Throws if there is one that is neither a copy nor to be ignored. */
function copiesAmong(
  located: ReadonlyMap<string, Located>,
  targets: ReadonlyMap<string, readonly Target[]>,
  family: Family,
  spec: ModelSpec,
  where: string,
): Map<string, string> {
  const originals = copiesOf(spec, family.modules);
  const sourceOfSlot = new Map<string, string>();
  for (const [name, [target]] of targets) sourceOfSlot.set(target!.slot.name, name);
  const copies = new Map<string, string>();
  for (const name of located.keys()) {
    if (targets.has(name) || family.ignored.test(name)) continue;
    const slot = Object.hasOwn(originals, name) ? originals[name] : undefined;
    const original = slot === undefined ? undefined : sourceOfSlot.get(slot);
    if (original === undefined) {
      throw new Error(
        `${where}: unknown tensor, got '${name}', expected only those of the architecture. ` +
          'The model may be a variant that would be computed wrongly.',
      );
    }
    copies.set(name, original);
  }
  return copies;
}

async function readPart(located: ReadonlyMap<string, Located>, part: WeightPart): Promise<Float32Array> {
  const { file, tensor } = located.get(sourceOf(part, (name) => located.has(name))!)!;
  const values = dequantize(tensor.dtype as StoredType, await file.source.read(tensor.begin, tensor.end));
  if (!tensor.place) return values;
  const { rows, width } = rowsOf(tensor.shape);
  const placed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    placed.set(values.subarray(row * width, (row + 1) * width), tensor.place(row) * width);
  }
  return placed;
}

async function streamAll(
  files: readonly TensorFile[],
  targets: ReadonlyMap<string, readonly Target[]>,
  copies: ReadonlyMap<string, string>,
  sink: WeightSink,
  where: string,
  { onBytes, signal }: StreamOptions,
): Promise<StreamedWeights> {
  const scan = new NotFiniteScan();
  const compared = new Set([...copies.keys(), ...copies.values()]);
  const tensorHashes = new Map<string, Sha256>();
  const fileHashes: string[] = [];
  let bytes = 0;
  for (const file of files) {
    const hash = new Sha256();
    const watch = (piece: Uint8Array): void => {
      hash.update(piece);
      bytes += piece.length;
      onBytes?.(bytes);
    };
    try {
      for await (const tile of tilesOf(file, watch, signal)) {
        const { name } = tile.tensor;
        if (compared.has(name)) {
          const own = tensorHashes.get(name) ?? new Sha256();
          tensorHashes.set(name, own.update(tile.bytes));
        }
        const here = targets.get(name) ?? [];
        if (here.length > 0) {
          const slots = here.map(({ slot }) => slot.name);
          scan.look(slots, name, tile.tensor.dtype as StoredType, tile.bytes);
        }
        for (const target of here) await place(tile, target, sink);
      }
    } catch (error) {
      // A weight that the sink refuses (too large for a half, say) may be a wrong bit of the copy.
      if (!signal?.aborted) await refuseDamagedCopy(file.source, signal);
      throw error;
    }
    fileHashes.push(hash.digest());
    await file.source.settle?.(fileHashes.at(-1)!);
  }
  const digests = new Map([...tensorHashes].map(([name, hash]) => [name, hash.digest()]));
  for (const [copy, original] of copies) {
    if (digests.get(copy) === digests.get(original)) continue;
    throw new Error(
      `${where}: tensor '${copy}' differs from '${original}', expected a copy (tied embeddings).`,
    );
  }
  const sha256 = fileHashes.length === 1 ? fileHashes[0]! : sha256OfText(fileHashes.join(''));
  return { sha256, notFinite: scan.all() };
}

/** Gives a tile's rows to the sink where they belong, rows that end up side by side together. */
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
