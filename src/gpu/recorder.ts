/**
 * Records dispatches, copies and writes as a list, then encodes and submits them together: one compute pass for
 * dispatches in a row, one uniform buffer with a slot per dispatch.
 */

import type { Wgsl } from '../util/code/wgsl';
import { type BufferRange, checkBindings, packParams } from './bind';
import type { Gpu } from './device';
import { type KernelName, type KernelParams, kernelRecord } from './kernels';
import type { Grid } from './kernels/define';
import { type CompiledKernel, getPipeline, type KernelRef, pipelineKey, UNIFORM_SLOT } from './pipelines';

export interface RecorderCounters {
  readonly dispatches: number;
  readonly copies: number;
  readonly submits: number;
}

interface Dispatch {
  readonly kind: 'dispatch';
  readonly ref: KernelRef;
  readonly entries: readonly Required<BufferRange>[];
  readonly uniforms: Uint8Array<ArrayBuffer>;
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

interface Write {
  readonly kind: 'write';
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

type Command = Dispatch | Copy | Write;
/** By `pipelineKey`. */
type Pipelines = ReadonlyMap<string, CompiledKernel>;

export class Recorder {
  private commands: Command[] = [];
  private uniforms: GPUBuffer | undefined;
  private lastQueued: Promise<unknown> = Promise.resolve();
  private dispatches = 0;
  private copies = 0;
  private submits = 0;

  constructor(readonly gpu: Gpu) {}

  get counters(): RecorderCounters {
    return { dispatches: this.dispatches, copies: this.copies, submits: this.submits };
  }

  /**
   * One kernel over rows row0 .. row0+rows-1; `buffers` in the order of the kernel's record. `snippet`: a user's WGSL in
   * its prelude's place.
   */
  dispatch<K extends KernelName>(
    name: K,
    buffers: readonly BufferRange[],
    params: KernelParams<K>,
    snippet?: Wgsl,
  ): void {
    const record = kernelRecord(name);
    const fields: Readonly<Record<string, number>> = params;
    const entries = checkBindings(this.gpu, record, buffers);
    const uniforms = packParams(record, fields);
    const grid = record.workgroups(fields);
    if (grid.some((count) => count > this.gpu.limits.maxWorkgroups)) {
      throw new Error(
        `internal: ${name}: ${grid.join(' x ')} workgroups, expected at most ${this.gpu.limits.maxWorkgroups} ` +
          'along each dimension. Cut the dispatch by rows.',
      );
    }
    if (grid.includes(0)) return;
    const ref = { kernel: name, ...(snippet === undefined ? {} : { snippet }) };
    this.commands.push({ kind: 'dispatch', ref, entries, uniforms, grid });
    this.dispatches++;
  }

  /** Copies bytes between two different buffers; offsets and length are multiples of 4. */
  copy(src: GPUBuffer, srcOffset: number, dst: GPUBuffer, dstOffset: number, bytes: number): void {
    if (bytes === 0) return;
    this.commands.push({ kind: 'copy', src, srcOffset, dst, dstOffset, bytes });
    this.copies++;
  }

  /** Writes host data after everything recorded so far; the data is taken at once and may change afterwards. */
  write(buffer: GPUBuffer, offset: number, data: ArrayBufferView): void {
    if (data.byteLength === 0) return;
    const bytes = new Uint8Array(data.byteLength);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.commands.push({ kind: 'write', buffer, offset, data: bytes });
  }

  /**
   * Submits what is recorded; resolves when the GPU has finished it.
   * @throws DeviceLostError; Error with WebGPU's message where a command was invalid.
   */
  async submit(): Promise<void> {
    const commands = this.commands;
    this.commands = [];
    if (commands.length > 0) this.submits++;
    // Compiling is asynchronous, so a later submit waits until an earlier one is in the queue.
    const queued = this.lastQueued.then(() => this.enqueue(commands));
    this.lastQueued = queued.catch(() => {});
    const { error } = await queued;
    const refused = await this.gpu.guard(error);
    if (refused) throw new Error(`internal: WebGPU refused the recorded commands: ${refused.message}`);
    await this.gpu.guard(this.gpu.device.queue.onSubmittedWorkDone());
  }

  /** Frees the recorder's own buffer. */
  destroy(): void {
    this.uniforms?.destroy();
    this.uniforms = undefined;
  }

  /** The error is wrapped so that the next submit need not wait for it. */
  private async enqueue(commands: readonly Command[]): Promise<{ error: Promise<GPUError | null> }> {
    this.gpu.assertAlive();
    const refs = new Map<string, KernelRef>();
    for (const command of commands)
      if (command.kind === 'dispatch') refs.set(pipelineKey(command.ref), command.ref);
    const pipelines = new Map<string, CompiledKernel>();
    await Promise.all(
      [...refs].map(async ([key, ref]) => pipelines.set(key, await getPipeline(this.gpu, ref))),
    );
    const { device } = this.gpu;
    device.pushErrorScope('validation');
    this.encode(commands, pipelines);
    return { error: device.popErrorScope() };
  }

  private encode(commands: readonly Command[], pipelines: Pipelines): void {
    const { device } = this.gpu;
    const uniforms = this.uploadUniforms(commands);
    const encoder = device.createCommandEncoder();
    const staging: GPUBuffer[] = [];
    let pass: GPUComputePassEncoder | undefined;
    let slot = 0;
    for (const command of commands) {
      if (command.kind === 'dispatch') {
        pass ??= encoder.beginComputePass();
        const { pipeline, layout } = pipelines.get(pipelineKey(command.ref)) as CompiledKernel;
        const storage = command.entries.map((resource, binding) => ({ binding, resource }));
        const block = { buffer: uniforms as GPUBuffer, offset: 0, size: UNIFORM_SLOT };
        const entries = [...storage, { binding: storage.length, resource: block }];
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout, entries }), [UNIFORM_SLOT * slot++]);
        pass.dispatchWorkgroups(...command.grid);
        continue;
      }
      pass?.end();
      pass = undefined;
      if (command.kind === 'copy') {
        const { src, srcOffset, dst, dstOffset, bytes } = command;
        encoder.copyBufferToBuffer(src, srcOffset, dst, dstOffset, bytes);
      } else {
        const size = command.data.byteLength;
        const staged = device.createBuffer({ size, usage: GPUBufferUsage.COPY_SRC, mappedAtCreation: true });
        new Uint8Array(staged.getMappedRange()).set(command.data);
        staged.unmap();
        encoder.copyBufferToBuffer(staged, 0, command.buffer, command.offset, size);
        staging.push(staged);
      }
    }
    pass?.end();
    device.queue.submit([encoder.finish()]);
    for (const buffer of staging) buffer.destroy();
  }

  /**
   * One buffer serves every submit: its next contents are written in queue order, when the dispatches that read
   * the present ones are done.
   */
  private uploadUniforms(commands: readonly Command[]): GPUBuffer | undefined {
    const blocks = commands.flatMap((command) => (command.kind === 'dispatch' ? [command.uniforms] : []));
    if (blocks.length === 0) return undefined;
    const bytes = new Uint8Array(UNIFORM_SLOT * blocks.length);
    for (const [slot, block] of blocks.entries()) bytes.set(block, UNIFORM_SLOT * slot);
    if (!this.uniforms || this.uniforms.size < bytes.length) {
      this.uniforms?.destroy();
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      this.uniforms = this.gpu.device.createBuffer({ label: 'uniforms', size: 2 * bytes.length, usage });
    }
    this.gpu.device.queue.writeBuffer(this.uniforms, 0, bytes);
    return this.uniforms;
  }
}
