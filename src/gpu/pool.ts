/**
 * Buffers that outlive a request: made once per device, lent to one request at a time, and freed when the last requests
 * had no use for them. Contents are whatever the last user left.
 */
import { bucketBytes, createBuffers, type Want } from './buffers';
import { DeviceLostError, type Gpu } from './device';
import { append, push } from '../util/lists';

/** A buffer that this many requests in a row did without is freed. */
const REQUESTS = 4;
/** Bytes that wait for the next request at most. */
const KEPT_BYTES = 512 * 2 ** 20;

const pools = new WeakMap<Gpu, BufferPool>();

/** The pool of a device; it ends with it. */
export function poolOf(gpu: Gpu): BufferPool {
  const pool = pools.get(gpu) ?? new BufferPool(gpu);
  pools.set(gpu, pool);
  return pool;
}

export class BufferPool {
  /** In the order of their last use, with the number of the request that had them. */
  private free: { readonly buffer: GPUBuffer; readonly last: number }[] = [];
  private requests = 0;
  private freeBytes = 0;
  private lentBytes = 0;

  constructor(readonly gpu: Gpu) {}

  /** Bytes of the buffers that are lent. */
  get bytesInUse(): number {
    return this.lentBytes;
  }

  /** Bytes of all buffers, lent or waiting. */
  get bytesHeld(): number {
    return this.freeBytes + this.lentBytes;
  }

  /** Storage buffers of at least these sizes, in their order; those that are not there are made in one wait. */
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

  /** Ends a loan. What it has submitted is ahead of the next one's work. */
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
      // Buffers of other sizes that nobody uses may be what fills the memory.
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

/** What one request has of the pool. */
export class Loan {
  private readonly lent: GPUBuffer[] = [];
  private readonly spare: GPUBuffer[] = [];

  constructor(private readonly pool: BufferPool) {}

  /** Waits, once, until every one of these sets could be taken as a whole, one set at a time. */
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

  /** Back to what can be taken; recorded work that uses it must be submitted before work of its next user. */
  give(buffer: GPUBuffer): void {
    this.spare.push(buffer);
  }

  /** Back to the pool, taken ones too. */
  close(): void {
    this.pool.takeBack(this.lent);
    this.lent.length = 0;
    this.spare.length = 0;
  }

  private sizeOf({ bytes }: Want): number {
    return bucketBytes(bytes, this.pool.gpu.limits);
  }
}
