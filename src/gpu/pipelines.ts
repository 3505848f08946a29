/** A device's compiled kernels: asynchronous, each compiled once, with readable errors. */
import { cached } from '../util/cached';
import type { Wgsl } from '../util/code/wgsl';
import type { Gpu } from './device';
import type { Kernel, ShaderFile } from './kernels/define';
import { type KernelName, kernelRecord } from './kernels';

export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

interface Pipeline {
  readonly compiling: Promise<CompiledKernel>;
  /** Null until compiled. */
  kernel: CompiledKernel | null;
}

const pipelines = new WeakMap<Gpu, Map<string, Pipeline>>();

/** File name of a user's WGSL in messages. */
const SNIPPET = 'snippet';

/** A kernel, or a kernel with a user's WGSL in place of its prelude. */
export interface KernelRef {
  readonly kernel: KernelName;
  readonly snippet?: Wgsl;
}

/** Refs to the same pipeline have equal keys. */
export function pipelineKey({ kernel, snippet }: KernelRef): string {
  return snippet === undefined ? kernel : `${kernel}\n${snippet}`;
}

/** The pipeline of a kernel. Concurrent calls share a compilation; a failed one may be retried. */
export function getPipeline(gpu: Gpu, ref: KernelRef): Promise<CompiledKernel> {
  const cache = cached(pipelines, gpu, () => new Map<string, Pipeline>());
  const key = pipelineKey(ref);
  const known = cache.get(key);
  if (known) return known.compiling;
  const record = kernelRecord(ref.kernel);
  const { snippet } = ref;
  const preludes = snippet === undefined ? record.preludes : [{ file: SNIPPET, source: snippet }];
  const compiling = compileKernel(gpu, { ...record, preludes });
  const pipeline: Pipeline = { compiling, kernel: null };
  cache.set(key, pipeline);
  compiling.then(
    (kernel) => {
      pipeline.kernel = kernel;
    },
    () => cache.delete(key),
  );
  return compiling;
}

export function compiledPipeline(gpu: Gpu, ref: KernelRef): CompiledKernel {
  const found = pipelines.get(gpu)?.get(pipelineKey(ref))?.kernel;
  if (!found) throw new Error(`internal: ${ref.kernel}: is used before it is compiled.`);
  return found;
}

/** Compiles all of them concurrently, ahead of use; those already compiled cost nothing. */
export async function compile(gpu: Gpu, refs: Iterable<KernelRef>): Promise<void> {
  await Promise.all([...refs].map((ref) => getPipeline(gpu, ref)));
}

/**
 * Compiles one record.
 * @throws Error with file, line and message if the WGSL or its bindings are wrong; DeviceLostError.
 */
export async function compileKernel(gpu: Gpu, kernel: Kernel): Promise<CompiledKernel> {
  gpu.assertAlive();
  const { device } = gpu;
  const parts = [...kernel.preludes, kernel];
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
      .map(({ lineNum, linePos, message }) => messageAt(parts, lineNum, linePos, message));
    const own = lines.find((line) => line.startsWith(`${SNIPPET}, `));
    if (own) throw new Error(`gpu: ${own} Correct the snippet.`, { cause: error });
    const reason = lines.length > 0 ? lines.join('\n') : ((await moduleError)?.message ?? String(error));
    throw new Error(`gpu: kernel '${kernel.name}' does not compile: ${reason}`, { cause: error });
  }
}

/** Adds file and line (from 1) to a message about the joined files. */
function messageAt(files: readonly ShaderFile[], line: number, column: number, message: string): string {
  let before = 0;
  for (const { file, source } of files) {
    const lines = source.split('\n').length;
    const own = line - before;
    if (own <= lines && file === SNIPPET)
      return `${SNIPPET}, line ${own}, column ${column}: ${sentence(message)}`;
    if (own <= lines) return `${file}.wgsl:${own}:${column} ${message}`;
    before += lines;
  }
  return `line ${line}:${column} ${message}`;
}

/** A compiler's message as one line with a full stop. */
const sentence = (message: string): string =>
  `${message
    .trim()
    .split('\n')[0]!
    .replace(/[.\s]+$/, '')}.`;

function layoutEntries(kernel: Kernel): GPUBindGroupLayoutEntry[] {
  const visibility = GPUShaderStage.COMPUTE;
  const storage = kernel.storage.map(
    ({ access }): GPUBufferBindingLayout => ({ type: access === 'read' ? 'read-only-storage' : 'storage' }),
  );
  const size = 4 * kernel.params.length;
  const uniform: GPUBufferBindingLayout = { type: 'uniform', hasDynamicOffset: true, minBindingSize: size };
  return [...storage, uniform].map((buffer, binding) => ({ binding, visibility, buffer }));
}
