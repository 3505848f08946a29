/**
 * A checkpoint's weights -> GPU buffers. Rows are written as they arrive, so the host holds one
 * tile of a few MB. Every 32 MB it waits for the queue, so that the browser does not accumulate
 * copies of its own.
 */
import { createBuffer, upload } from '../gpu/buffers';
import { QUANTISED } from '../gpu/kernels/dequantize';
import { Recorder } from '../gpu/recorder';
import type { Gpu } from '../gpu/device';
import { rowsOf } from '../load/assemble';
import { dequantize } from '../load/dequantize';
import { BLOCK, type StoredType } from '../load/stored';
import type { CheckpointWeights, StreamedWeights, StreamOptions, WeightSink } from '../load/weights';
import type { ModelSpec, WeightSlot } from '../model/spec';
import { cached } from '../util/cached';
import { encodeF16 } from '../util/halves';
import { bytesPerWeight, type Chunk, chunkRows, formatOf, isSplittable, type WeightFormat } from './chunks';

/** Buffers by tensor id: the canonical weight name, with '#n' appended for chunks. */
export interface GpuWeights extends StreamedWeights {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly bytes: number;
  readonly format: WeightFormat;
  dispose(): void;
}

const IN_FLIGHT = 32 * 2 ** 20;

/** Uploads every weight in one pass over the files. On failure it frees all that it made. */
export async function uploadWeights(
  gpu: Gpu,
  spec: ModelSpec,
  weights: CheckpointWeights,
  format: WeightFormat = 'f32',
  options: StreamOptions = {},
): Promise<GpuWeights> {
  const uploader = new Uploader(gpu, spec, format);
  try {
    for (const slot of weights.slots) await uploader.prepare(slot);
    const streamed = await weights.stream(uploader, options);
    await gpu.finished();
    uploader.finish();
    const { buffers } = uploader;
    return { ...streamed, buffers, bytes: uploader.bytes, format, dispose: () => uploader.dispose() };
  } catch (error) {
    uploader.dispose();
    throw error;
  }
}

class Uploader implements WeightSink {
  readonly buffers = new Map<string, GPUBuffer>();
  bytes = 0;
  private readonly chunks = new Map<string, readonly Chunk[]>();
  /** Halves of slots whose rows do not begin at whole words, collected until complete. */
  private readonly collected = new Map<string, { halves: Uint16Array<ArrayBuffer>; rows: number }>();
  private inFlight = 0;
  private readonly recorder: Recorder;
  private raw: GPUBuffer | null = null;
  private floats: GPUBuffer | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly spec: ModelSpec,
    private readonly format: WeightFormat,
  ) {
    this.recorder = new Recorder(gpu);
  }

  /** Creates a slot's buffers. */
  async prepare(slot: WeightSlot): Promise<void> {
    const { gpu, spec } = this;
    const { rows, width } = rowsOf(slot.shape);
    const format = formatOf(slot, this.format);
    const limit = gpu.limits.maxBindingBytes;
    const chunks = isSplittable(spec, slot)
      ? chunkRows(slot.name, rows, width, limit, format)
      : [{ tensor: slot.name, first: 0, rows }];
    this.chunks.set(slot.name, chunks);
    for (const chunk of chunks) {
      const bytes = 4 * Math.ceil((chunk.rows * width * bytesPerWeight(format)) / 4);
      if (bytes > limit) {
        throw new Error(
          `weights: ${slot.name} needs ${bytes} bytes, got a limit of ${limit} bytes per binding. ` +
            `A ${spec.nLayers}-layer model this wide does not fit this adapter.`,
        );
      }
      this.buffers.set(chunk.tensor, await createBuffer(gpu, chunk.tensor, bytes));
      this.bytes += bytes;
    }
  }

  async write(
    slot: WeightSlot,
    first: number,
    rows: number,
    dtype: StoredType,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const { width } = rowsOf(slot.shape);
    if (formatOf(slot, this.format) === 'f32') {
      if (isQuantised(dtype) && this.dequantizes(dtype, bytes)) {
        await this.dequantizeOnDevice(slot, first, rows, dtype, bytes);
        return;
      }
      await this.send(slot, first, rows, dtype === 'F32' ? bytes : bytesOf(dequantize(dtype, bytes)));
      return;
    }
    const halves =
      dtype === 'F16'
        ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
        : encodeF16(dequantize(dtype, bytes), slot.name);
    if (width % 2 === 0) await this.send(slot, first, rows, bytesOf(halves));
    else await this.collect(slot, first, rows, halves);
  }

  /** Frees buffers needed only for uploading. */
  finish(): void {
    this.recorder.destroy();
    this.raw?.destroy();
    this.floats?.destroy();
    this.raw = this.floats = null;
  }

  dispose(): void {
    this.finish();
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
  }

  /** Not on a software adapter, where TypeScript is faster, nor for tiles beyond one binding. */
  private dequantizes(dtype: keyof typeof QUANTISED, { length }: Uint8Array): boolean {
    const { elements, bytes } = BLOCK[dtype];
    const { isFallback, limits } = this.gpu;
    return !isFallback && 4 * elements * (length / bytes) <= limits.maxBindingBytes;
  }

  /** Uploads quantised rows as stored; a kernel converts them to floats on the device. */
  private async dequantizeOnDevice(
    slot: WeightSlot,
    first: number,
    rows: number,
    dtype: keyof typeof QUANTISED,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const { gpu, recorder } = this;
    const { elements, bytes: blockBytes } = BLOCK[dtype];
    const blocks = bytes.length / blockBytes;
    this.raw = await this.atLeast(this.raw, 'quantised rows', bytes.length);
    this.floats = await this.atLeast(this.floats, 'dequantised rows', 4 * blocks * elements);
    // Blocks need not end on a word.
    const words = new Uint8Array(4 * Math.ceil(bytes.length / 4));
    words.set(bytes);
    upload(gpu, this.raw, 0, words);
    const params = { row0: 0, rows: blocks, perBlock: elements, blockBytes, kind: QUANTISED[dtype] };
    recorder.dispatch('dequantize', [{ buffer: this.raw }, { buffer: this.floats }], params);
    const rowBytes = 4 * rowsOf(slot.shape).width;
    for (const { buffer, from, to, at } of this.destinations(slot, first, rows)) {
      recorder.copy(this.floats, from * rowBytes, buffer, at * rowBytes, (to - from) * rowBytes);
    }
    await recorder.submit();
  }

  /** The same buffer if large enough, otherwise a new one. */
  private async atLeast(old: GPUBuffer | null, label: string, bytes: number): Promise<GPUBuffer> {
    if (old && old.size >= bytes) return old;
    old?.destroy();
    return createBuffer(this.gpu, label, bytes);
  }

  /**
   * Splits the rows [first, first + rows) among buffers: each entry is rows [from, to), at row `at`
   * of its buffer.
   */
  private destinations(slot: WeightSlot, first: number, rows: number) {
    return this.chunks.get(slot.name)!.flatMap((chunk) => {
      const begin = Math.max(first, chunk.first);
      const end = Math.min(first + rows, chunk.first + chunk.rows);
      if (begin >= end) return [];
      const buffer = this.buffers.get(chunk.tensor)!;
      return [{ buffer, from: begin - first, to: end - first, at: begin - chunk.first }];
    });
  }

  private async collect(slot: WeightSlot, first: number, rows: number, halves: Uint16Array): Promise<void> {
    const all = rowsOf(slot.shape);
    // Padded to a whole word.
    const length = 2 * Math.ceil((all.rows * all.width) / 2);
    const entry = cached(this.collected, slot.name, () => ({ halves: new Uint16Array(length), rows: 0 }));
    entry.halves.set(halves, first * all.width);
    entry.rows += rows;
    if (entry.rows < all.rows) return;
    this.collected.delete(slot.name);
    await this.send(slot, 0, all.rows, bytesOf(entry.halves));
  }

  /** Writes rows in the device's own format to their chunks. */
  private async send(slot: WeightSlot, first: number, rows: number, bytes: Uint8Array): Promise<void> {
    const { width } = rowsOf(slot.shape);
    const rowBytes = bytesPerWeight(formatOf(slot, this.format)) * width;
    for (const { buffer, from, to, at } of this.destinations(slot, first, rows)) {
      // A last chunk with an odd number of halves ends inside a word, which `bytes` has whole.
      const end = to === rows ? bytes.length : to * rowBytes;
      const length = 4 * Math.ceil((end - from * rowBytes) / 4);
      upload(this.gpu, buffer, at * rowBytes, bytes.subarray(from * rowBytes, from * rowBytes + length));
      this.inFlight += length;
    }
    if (this.inFlight < IN_FLIGHT) return;
    this.inFlight = 0;
    await this.gpu.finished();
  }
}

function isQuantised(dtype: StoredType): dtype is keyof typeof QUANTISED {
  return Object.hasOwn(QUANTISED, dtype);
}

function bytesOf(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
