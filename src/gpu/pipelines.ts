/** Compiled kernels of a device: asynchronous, each compiled once, with readable errors. */

import type { Gpu } from './device';
import type { Kernel, Prelude } from './kernels/define';
import { type KernelName, kernelRecord } from './kernels';

export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Bytes between the uniform blocks of two dispatches: WebGPU's largest required alignment. */
export const UNIFORM_SLOT = 256;

const compiled = new WeakMap<Gpu, Map<KernelName, Promise<CompiledKernel>>>();

/** The pipeline of a kernel; concurrent calls share one compilation, a failed one may be tried again. */
export function getPipeline(gpu: Gpu, name: KernelName): Promise<CompiledKernel> {
  let cache = compiled.get(gpu);
  if (!cache) {
    cache = new Map();
    compiled.set(gpu, cache);
  }
  const known = cache.get(name);
  if (known) return known;
  const started = compileKernel(gpu, kernelRecord(name));
  cache.set(name, started);
  started.catch(() => cache.delete(name));
  return started;
}

/** Compiles ahead of use, for example while weights download. */
export async function compile(gpu: Gpu, names: readonly KernelName[]): Promise<void> {
  await Promise.all(names.map((name) => getPipeline(gpu, name)));
}

/**
 * Compiles one record.
 * @throws Error with file, line and message where the WGSL or its bindings are wrong; DeviceLostError.
 */
export async function compileKernel(gpu: Gpu, kernel: Kernel): Promise<CompiledKernel> {
  gpu.assertAlive();
  const { device } = gpu;
  const parts = sourceFiles(kernel);
  const code = parts.map(({ source }) => source).join('\n');
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: kernel.name, code });
  const layout = device.createBindGroupLayout({ label: kernel.name, entries: layoutEntries(kernel) });
  const moduleError = device.popErrorScope();
  const pipeline = device.createComputePipelineAsync({
    label: kernel.name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  try {
    return { pipeline: await gpu.guard(pipeline), layout };
  } catch (error) {
    gpu.assertAlive();
    const info = await gpu.guard(module.getCompilationInfo());
    const lines = info.messages
      .filter((message) => message.type === 'error')
      .map((message) => `${locate(parts, message.lineNum)}:${message.linePos} ${message.message}`);
    const reason = lines.length > 0 ? lines.join('\n') : ((await moduleError)?.message ?? String(error));
    throw new Error(`gpu: kernel '${kernel.name}' does not compile: ${reason}`, { cause: error });
  }
}

/** The kernel's WGSL: its preludes, then its own file. */
function sourceFiles({ name, file = name, source, preludes = [] }: Kernel): readonly Prelude[] {
  return [...preludes, { file, source }];
}

/** 'file.wgsl:line' of a line (from 1) of the files joined by newlines. */
function locate(files: readonly Prelude[], line: number): string {
  let before = 0;
  for (const { file, source } of files) {
    const lines = source.split('\n').length;
    if (line <= before + lines) return `${file}.wgsl:${line - before}`;
    before += lines;
  }
  return `line ${line}`;
}

function layoutEntries(kernel: Kernel): GPUBindGroupLayoutEntry[] {
  const visibility = GPUShaderStage.COMPUTE;
  const storage = kernel.storage.map((binding, index): GPUBindGroupLayoutEntry => {
    return {
      binding: index,
      visibility,
      buffer: { type: binding.access === 'read' ? 'read-only-storage' : 'storage' },
    };
  });
  const uniform = {
    type: 'uniform',
    hasDynamicOffset: true,
    minBindingSize: 4 * kernel.params.length,
  } as const;
  return [...storage, { binding: kernel.storage.length, visibility, buffer: uniform }];
}
