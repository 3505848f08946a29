/**
 * Records dispatches and copies, then encodes and submits them together; consecutive dispatches
 * share a compute pass. Each distinct binding is checked once and gets one bind group, and equal
 * params share one uniform block, however often they are dispatched.
 */
import type { Wgsl } from '../util/code/wgsl';
import { type BufferRange, bindingKey, checkBindings } from './bind';
import type { Gpu } from './device';
import { type KernelName, type KernelParams, kernelRecord } from './kernels';
import type { Grid } from './kernels/define';
import { compile, compiledPipeline, type KernelRef, pipelineKey } from './pipelines';
import { UNIFORM_SLOT, Uniforms } from './uniforms';

/** The buffers bound to a kernel. */
interface Binding {
  readonly ref: KernelRef;
  readonly entries: readonly Required<BufferRange>[];
  /** Null before the first submit. */
  group: GPUBindGroup | null;
}

interface Dispatch {
  readonly kind: 'dispatch';
  readonly binding: Binding;
  /** Byte offset of its uniform block. */
  readonly block: number;
  readonly grid: Grid;
}

interface Copy {
  readonly kind: 'copy';
  readonly src: GPUBuffer;
  readonly srcOffset: number;
  readonly dst: GPUBuffer;
  readonly dstOffset: number;
  readonly bytes: number;
}

type Command = Dispatch | Copy;

export class Recorder {
  private commands: Command[] = [];
  private readonly bindings = new Map<string, Binding>();
  private readonly uniforms: Uniforms;
  /** The uniform buffer in the bind groups. */
  private bound: GPUBuffer | null = null;
  private lastQueued: Promise<unknown> = Promise.resolve();
  private dispatches = 0;
  private copies = 0;
  private submits = 0;

  constructor(readonly gpu: Gpu) {
    this.uniforms = new Uniforms(gpu);
  }

  get counters() {
    return { dispatches: this.dispatches, copies: this.copies, submits: this.submits };
  }

  /**
   * Runs one kernel over rows row0 .. row0+rows-1; `buffers` in the order of the kernel's record.
   * `snippet`: a user's WGSL in place of its prelude.
   */
  dispatch<K extends KernelName>(
    name: K,
    buffers: readonly BufferRange[],
    params: KernelParams<K>,
    snippet?: Wgsl,
  ): void {
    const record = kernelRecord(name);
    const fields: Readonly<Record<string, number>> = params;
    const binding = this.bind({ kernel: name, ...(snippet === undefined ? {} : { snippet }) }, buffers);
    const block = this.uniforms.offsetOf(record, fields);
    const grid = record.workgroups(fields);
    if (grid.some((count) => count > this.gpu.limits.maxWorkgroups)) {
      throw new Error(
        `internal: ${name}: ${grid.join(' x ')} workgroups, expected at most ${this.gpu.limits.maxWorkgroups} ` +
          'along each dimension. Cut the dispatch by rows.',
      );
    }
    if (grid.includes(0)) return;
    this.commands.push({ kind: 'dispatch', binding, block, grid });
    this.dispatches++;
  }

  /** Copies bytes between two different buffers; offsets and length must be multiples of 4. */
  copy(src: GPUBuffer, srcOffset: number, dst: GPUBuffer, dstOffset: number, bytes: number): void {
    if (bytes === 0) return;
    this.commands.push({ kind: 'copy', src, srcOffset, dst, dstOffset, bytes });
    this.copies++;
  }

  /**
   * Compiles what is missing and submits what is recorded; resolves when the GPU has finished.
   * @throws DeviceLostError; Error with WebGPU's message if a command was invalid.
   */
  async submit(): Promise<void> {
    const commands = this.take();
    // Compilation is asynchronous, so a later submit waits for earlier ones to be queued.
    const queued = this.lastQueued.then(async () => {
      const bindings = commands.flatMap((command) => (command.kind === 'dispatch' ? command.binding : []));
      await compile(this.gpu, new Set(bindings.map(({ ref }) => ref)));
      return { valid: this.enqueue(commands) };
    });
    this.lastQueued = queued.catch(() => {});
    const { valid } = await queued;
    await Promise.all([valid, this.gpu.finished()]);
  }

  /**
   * Submits what is recorded at once; its kernels must be compiled. Resolves when WebGPU has
   * validated the commands; rejects as `submit` does.
   */
  send(): Promise<void> {
    return this.enqueue(this.take());
  }

  /** Frees the recorder's own buffer. */
  destroy(): void {
    this.uniforms.destroy();
  }

  private bind(ref: KernelRef, ranges: readonly BufferRange[]): Binding {
    const key = `${pipelineKey(ref)} ${bindingKey(ranges)}`;
    const known = this.bindings.get(key);
    if (known) return known;
    const entries = checkBindings(this.gpu, kernelRecord(ref.kernel), ranges);
    const binding = { ref, entries, group: null };
    this.bindings.set(key, binding);
    return binding;
  }

  private take(): readonly Command[] {
    const { commands } = this;
    this.commands = [];
    if (commands.length > 0) this.submits++;
    return commands;
  }

  private async enqueue(commands: readonly Command[]): Promise<void> {
    this.gpu.assertAlive();
    if (commands.length === 0) return;
    const { device } = this.gpu;
    device.pushErrorScope('validation');
    this.encode(commands);
    const refused = await this.gpu.guard(device.popErrorScope());
    if (refused) throw new Error(`internal: WebGPU refused the recorded commands: ${refused.message}`);
  }

  private encode(commands: readonly Command[]): void {
    const { device } = this.gpu;
    const uniforms = this.uniforms.upload();
    if (this.bound !== uniforms) for (const binding of this.bindings.values()) binding.group = null;
    this.bound = uniforms;
    const encoder = device.createCommandEncoder();
    let pass: GPUComputePassEncoder | null = null;
    let pipeline: GPUComputePipeline | null = null;
    for (const command of commands) {
      if (command.kind === 'copy') {
        pass?.end();
        pass = pipeline = null;
        const { src, srcOffset, dst, dstOffset, bytes } = command;
        encoder.copyBufferToBuffer(src, srcOffset, dst, dstOffset, bytes);
        continue;
      }
      const { binding, block, grid } = command;
      const compiled = compiledPipeline(this.gpu, binding.ref);
      binding.group ??= this.groupOf(binding, compiled.layout, uniforms!);
      pass ??= encoder.beginComputePass();
      if (pipeline !== compiled.pipeline) pass.setPipeline(compiled.pipeline);
      pipeline = compiled.pipeline;
      pass.setBindGroup(0, binding.group, [block]);
      pass.dispatchWorkgroups(...grid);
    }
    pass?.end();
    device.queue.submit([encoder.finish()]);
  }

  private groupOf({ entries }: Binding, layout: GPUBindGroupLayout, uniforms: GPUBuffer): GPUBindGroup {
    const storage = entries.map((resource, binding) => ({ binding, resource }));
    const block = { buffer: uniforms, offset: 0, size: UNIFORM_SLOT };
    return this.gpu.device.createBindGroup({
      layout,
      entries: [...storage, { binding: storage.length, resource: block }],
    });
  }
}
