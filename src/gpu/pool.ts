/**
 * Buffers that outlive a request: created once per device, lent to one request at a time, freed
 * after several requests without use. They keep the last user's contents.
 */
import { bucketBytes, createBuffers, type Want } from './buffers';
import { DeviceLostError, type Gpu } from './device';
import { cached } from '../util/cached';
import { append, push } from '../util/lists';

/** A buffer unused by this many consecutive requests is freed. */
const REQUESTS = 4;
/** Most bytes kept for later requests. */
const KEPT_BYTES = 512 * 2 ** 20;

const pools = new WeakMap<Gpu, BufferPool>();

/** The device's pool, which lives as long as the device. */
export function poolOf(gpu: Gpu): BufferPool {
  return cached(pools, gpu, () => new BufferPool(gpu));
}

export class BufferPool {
  /** In order of last use, with the number of the last request that used it. */
  private free: { readonly buffer: GPUBuffer; readonly last: number }[] = [];
  private requests = 0;
  private freeBytes = 0;
  private lentBytes = 0;

  constructor(readonly gpu: Gpu) {}

  /** Bytes of lent buffers. */
  get bytesInUse(): number {
    return this.lentBytes;
  }

  /** Bytes of all buffers, lent or free. */
  get bytesHeld(): number {
    return this.freeBytes + this.lentBytes;
  }

  /** Storage buffers of at least these sizes, in order; missing ones are created in one wait. */
  async lend(wants: readonly Want[]): Promise<GPUBuffer[]> {
    const rounded = wants.map(({ label, bytes }) => ({ label, bytes: bucketBytes(bytes, this.gpu.limits) }));
    const kept = rounded.map(({ bytes }) => this.pop(bytes));
    try {
      const made = await this.create(rounded.filter((_, i) => !kept[i]));
      return kept.map((buffer) => buffer ?? made.shift()!);
    } catch (error) {
      this.takeBack(kept.flatMap((buffer) => buffer ?? []));
      throw error;
    }
  }

  /** Ends a loan. Its submitted work precedes the next loan's. */
  takeBack(buffers: readonly GPUBuffer[]): void {
    const last = ++this.requests;
    for (const buffer of buffers) {
      this.free.push({ buffer, last });
      this.lentBytes -= buffer.size;
      this.freeBytes += buffer.size;
    }
    const isTooMuch = (kept: (typeof this.free)[number]): boolean =>
      kept.last + REQUESTS <= last || this.freeBytes > KEPT_BYTES;
    while (this.free.length > 0 && isTooMuch(this.free[0]!)) this.destroyOldest();
  }

  private pop(size: number): GPUBuffer | undefined {
    const at = this.free.findLastIndex(({ buffer }) => buffer.size === size);
    if (at < 0) return undefined;
    const [found] = this.free.splice(at, 1);
    this.freeBytes -= size;
    this.lentBytes += size;
    return found!.buffer;
  }

  private async create(wants: readonly Want[]): Promise<GPUBuffer[]> {
    const made = await createBuffers(this.gpu, wants).catch((error: unknown) => {
      if (error instanceof DeviceLostError || this.free.length === 0) throw error;
      // Unused buffers of other sizes may be filling the memory.
      while (this.free.length > 0) this.destroyOldest();
      return createBuffers(this.gpu, wants);
    });
    for (const { size } of made) this.lentBytes += size;
    return made;
  }

  private destroyOldest(): void {
    const { buffer } = this.free.shift()!;
    this.freeBytes -= buffer.size;
    buffer.destroy();
  }
}

/** The buffers lent to one request. */
export class Loan {
  private readonly lent: GPUBuffer[] = [];
  private readonly spare: GPUBuffer[] = [];

  constructor(private readonly pool: BufferPool) {}

  /** Waits once, until any one of these sets can be taken as a whole. */
  async reserve(sets: readonly (readonly Want[])[]): Promise<void> {
    const most = new Map<number, readonly Want[]>();
    for (const set of sets) {
      const bySize = new Map<number, Want[]>();
      for (const want of set) push(bySize, this.sizeOf(want), want);
      for (const [size, wants] of bySize)
        if (wants.length > (most.get(size)?.length ?? 0)) most.set(size, wants);
    }
    const missing = [...most].flatMap(([size, wants]) =>
      wants.slice(this.spare.filter((buffer) => buffer.size === size).length),
    );
    const more = missing.length > 0 ? await this.pool.lend(missing) : [];
    append(this.lent, more);
    append(this.spare, more);
  }

  /** A reserved buffer. */
  take(want: Want): GPUBuffer {
    const size = this.sizeOf(want);
    const at = this.spare.findLastIndex((buffer) => buffer.size === size);
    if (at < 0) throw new Error(`internal: no buffer of ${size} bytes was reserved for '${want.label}'.`);
    return this.spare.splice(at, 1)[0]!;
  }

  /** Makes the buffer available again; submit recorded work that uses it before its next user's. */
  give(buffer: GPUBuffer): void {
    this.spare.push(buffer);
  }

  /** Returns all buffers to the pool, including taken ones. */
  close(): void {
    this.pool.takeBack(this.lent);
    this.lent.length = 0;
    this.spare.length = 0;
  }

  private sizeOf({ bytes }: Want): number {
    return bucketBytes(bytes, this.pool.gpu.limits);
  }
}
