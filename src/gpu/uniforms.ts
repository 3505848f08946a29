/**
 * The dispatches' uniform blocks, in one buffer. Each distinct block is written once, however many
 * dispatches and submits share its params.
 */
import type { Gpu } from './device';
import type { Kernel } from './kernels/define';

/** Bytes from one block to the next: WebGPU's largest required alignment. */
export const UNIFORM_SLOT = 256;

const FIRST_SLOTS = 64;

type Params = Readonly<Record<string, number>>;

export class Uniforms {
  private blocks = new Uint8Array(FIRST_SLOTS * UNIFORM_SLOT);
  private readonly slots = new Map<string, number>();
  /** Slots already written to the buffer. */
  private written = 0;
  private buffer: GPUBuffer | null = null;

  constructor(private readonly gpu: Gpu) {}

  /** Byte offset of these params' block in the buffer. */
  offsetOf(kernel: Kernel, params: Params): number {
    let key = kernel.name;
    for (const [field] of kernel.params) key += `,${params[field]}`;
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    const offset = UNIFORM_SLOT * this.slots.size;
    if (offset === this.blocks.length) {
      const more = new Uint8Array(2 * this.blocks.length);
      more.set(this.blocks);
      this.blocks = more;
    }
    packParams(kernel, params, new DataView(this.blocks.buffer, offset, UNIFORM_SLOT));
    this.slots.set(key, offset);
    return offset;
  }

  /**
   * The buffer with all blocks so far, in queue order. A new buffer if the old one was too small;
   * null without blocks.
   */
  upload(): GPUBuffer | null {
    const { queue } = this.gpu.device;
    if (this.slots.size === 0) return null;
    if (!this.buffer || this.buffer.size < this.blocks.length) {
      this.destroy();
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      this.buffer = this.gpu.device.createBuffer({ label: 'uniforms', size: this.blocks.length, usage });
      this.written = 0;
    }
    const from = UNIFORM_SLOT * this.written;
    const bytes = UNIFORM_SLOT * this.slots.size - from;
    if (bytes > 0) queue.writeBuffer(this.buffer, from, this.blocks, from, bytes);
    this.written = this.slots.size;
    return this.buffer;
  }

  destroy(): void {
    this.buffer?.destroy();
    this.buffer = null;
  }
}

/** The kernel's params in order, 4 bytes each. */
function packParams(kernel: Kernel, params: Params, block: DataView): void {
  kernel.params.forEach(([field, scalar], index) => {
    const value = params[field];
    const valid =
      scalar === 'u32'
        ? Number.isInteger(value) && value !== undefined && value >= 0 && value < 2 ** 32
        : Number.isFinite(value);
    if (value === undefined || !valid) {
      throw new Error(`internal: ${kernel.name}: param ${field} is ${value}, expected ${scalar}.`);
    }
    if (scalar === 'u32') block.setUint32(4 * index, value, true);
    else block.setFloat32(4 * index, value, true);
  });
}
