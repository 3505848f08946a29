/** The two backends: a GPU that may be lost and recreated, and the float64 reference. */
import { calibrate, type ProductKernel, type Speeds } from '../gpu/calibrate';
import { PRODUCTS } from '../gpu/kernels/matmul';
import { DeviceLostError, type Gpu, type OpenGpuOptions, openGpu } from '../gpu/device';
import { compile, type KernelRef } from '../gpu/pipelines';
import type { EmitOptions } from '../forward/emit/context';
import { forwardFlops } from '../forward/plan/cost';
import type { Decoding, DecodingRequest } from '../forward/request/decoding';
import { planDecoding } from '../forward/plan/decoding';
import { ReferenceDecoding } from '../forward/reference/decoding';
import { firstKernels } from '../forward/plan/firstKernels';
import { planSeconds } from '../forward/plan/seconds';
import { createReferenceForward } from '../forward/reference/forward';
import { GpuDecoding } from '../forward/gpu/decoding';
import { FinishedSweeps } from '../forward/gpu/finished';
import { type GpuModel, executePlan } from '../forward/gpu/run';
import type { ForwardRequest, ForwardResult, RunForward } from '../forward/request/contract';
import type { Checkpoint } from '../load/open';
import type { StreamOptions } from '../load/weights';
import type { WeightFormat } from '../weights/chunks';
import { type GpuWeights, uploadWeights } from '../weights/upload';
import type { Environment } from './api';
import type { Backend, BackendOptions } from './backend';
import { Plans } from './plans';
import { RecoveringDecoding } from './recoveringDecoding';

/** Seconds of GPU work per submit: the page shares the GPU, and a cancel waits for one submit. */
const SUBMIT_SECONDS = 0.1;
/** A device lost this often in one request is considered gone. */
const MAX_RECOVERIES = 3;

export interface GpuBackendOptions extends OpenGpuOptions {
  /** Fixed FLOPs per submit, for tests of counters; default: calibrated. */
  readonly budgetFlops?: number;
  /** Default: f32. */
  readonly format?: WeightFormat;
  /** A device opened ahead, for this opening. */
  readonly ahead?: Promise<Gpu>;
}

/** A model on a device, and how to free it. */
interface OpenModel extends GpuModel {
  readonly weightSet: GpuWeights;
}

export class GpuBackend implements Backend {
  private model: Promise<OpenModel>;
  /** Null while a lost device is being replaced. */
  private current: Gpu | null;
  private closed = false;
  private readonly plans: Plans;
  readonly weights: Backend['weights'];

  private constructor(
    private readonly options: GpuBackendOptions,
    private readonly checkpoint: Checkpoint,
    gpu: Gpu,
    weightSet: GpuWeights,
    private readonly speeds: Speeds,
  ) {
    this.weights = weightSet;
    this.model = Promise.resolve(this.openModel(gpu, weightSet));
    this.current = gpu;
    this.plans = new Plans(checkpoint.spec, emitOptions(gpu, options));
  }

  /** Opens the device and uploads weights, while the kernels of first questions compile. */
  static async open(
    options: GpuBackendOptions,
    checkpoint: Checkpoint,
    stream: StreamOptions = {},
  ): Promise<GpuBackend> {
    const gpu = await (options.ahead ?? openGpu(options));
    try {
      const { spec, weights } = checkpoint;
      const kernels = firstKernels(spec, emitOptions(gpu, options));
      const [weightSet] = await Promise.all([
        uploadWeights(gpu, spec, weights, options.format, stream),
        compile(gpu, kernels),
      ]);
      const speeds = await calibrate(gpu, productOf(kernels));
      return new GpuBackend(options, checkpoint, gpu, weightSet, speeds);
    } catch (error) {
      gpu.destroy();
      throw error;
    }
  }

  environment(): Environment {
    const gpu = this.current;
    return { adapter: gpu?.adapterName ?? 'lost', engine: 'gpu', isFallback: gpu?.isFallback ?? false };
  }

  async estimate(request: ForwardRequest, signal?: AbortSignal): Promise<{ flops: number; seconds: number }> {
    const plan = await this.plans.of(request, signal);
    return { flops: plan.flops, seconds: planSeconds(plan.sweeps, this.speeds) };
  }

  async prepare(request: ForwardRequest, signal?: AbortSignal): Promise<void> {
    await this.plans.of(request, signal);
  }

  async forward(request: ForwardRequest, options: BackendOptions = {}): Promise<ForwardResult> {
    let finished: FinishedSweeps | undefined;
    return this.onDevice(async (model) => {
      const plan = await this.plans.of(request, options.signal);
      finished ??= new FinishedSweeps(plan);
      return executePlan(plan, model, options, finished);
    }, options.onRecover);
  }

  decoding(request: DecodingRequest): Decoding {
    const plan = planDecoding(this.checkpoint.spec, request, this.plans.options);
    const start = (model: GpuModel) => new GpuDecoding(plan, model);
    return new RecoveringDecoding(plan.prompts.length, start, (work) => this.onDevice(work));
  }

  /** Runs `work` on the model, and again on a new device if the device was lost. */
  private async onDevice<T>(
    work: (model: GpuModel) => Promise<T>,
    onRecover?: (reason: string) => void,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const model = await this.model;
      try {
        return await work(model);
      } catch (error) {
        if (!(error instanceof DeviceLostError) || this.closed || attempt >= MAX_RECOVERIES) throw error;
        onRecover?.(error.message);
        this.recover(model.gpu);
      }
    }
  }

  /** Replaces the device and uploads the weights again; requests that fail together share it. */
  private recover(lost: Gpu): void {
    if (this.current !== lost) return;
    this.current = null;
    const previous = this.model;
    this.model = (async () => {
      (await previous).weightSet.dispose();
      const gpu = await openGpu(this.options);
      this.current = gpu;
      const { spec, weights } = this.checkpoint;
      return this.openModel(gpu, await uploadWeights(gpu, spec, weights, this.options.format));
    })();
  }

  private openModel(gpu: Gpu, weightSet: GpuWeights): OpenModel {
    const { budgetFlops } = this.options;
    const { speeds } = this;
    const split =
      budgetFlops === undefined
        ? { budgetFlops: SUBMIT_SECONDS * speeds.products[1], speeds }
        : { budgetFlops };
    return { gpu, weights: weightSet.buffers, weightSet, ...split };
  }

  loseDevice(): void {
    this.current?.destroy();
  }

  close(): void {
    this.closed = true;
    this.current?.destroy();
  }
}

/** Options for plans: the device as opened, and the format of its weights. */
function emitOptions({ limits }: Gpu, { format = 'f32' }: GpuBackendOptions): EmitOptions {
  return { maxBindingBytes: limits.maxBindingBytes, weightFormat: format };
}

/** The kernel that does most of the model's arithmetic. */
function productOf(kernels: readonly KernelRef[]): ProductKernel {
  const isProduct = (kernel: string): kernel is ProductKernel => kernel in PRODUCTS;
  return kernels.map(({ kernel }) => kernel).find(isProduct) ?? 'gemm';
}

/** Approximate FLOP/s of the reference on one core (0.25 G on a slow server); for estimates. */
const REFERENCE_FLOPS = 3e8;

export class ReferenceBackend implements Backend {
  private run: Promise<RunForward> | null = null;

  private constructor(
    private readonly checkpoint: Checkpoint,
    readonly weights: Backend['weights'],
  ) {}

  static async open(checkpoint: Checkpoint, stream: StreamOptions = {}): Promise<ReferenceBackend> {
    const { weights } = checkpoint;
    // One pass for the hash and the scan; the values are read on first use.
    const streamed = await weights.stream({ write: async () => undefined }, stream);
    return new ReferenceBackend(checkpoint, { ...streamed, format: 'f32', bytes: 4 * weights.parameters });
  }

  environment(): Environment {
    return { adapter: 'none (float64 reference)', engine: 'reference', isFallback: true };
  }

  async estimate(request: ForwardRequest): Promise<{ flops: number; seconds: number }> {
    const flops = request.runs.reduce(
      (sum, run) => sum + forwardFlops(this.checkpoint.spec, tokensOf(request, run.id)),
      0,
    );
    return { flops, seconds: flops / REFERENCE_FLOPS };
  }

  async forward(request: ForwardRequest, options?: BackendOptions): Promise<ForwardResult> {
    this.run ??= referenceOf(this.checkpoint);
    return (await this.run)(request, options);
  }

  decoding(request: DecodingRequest): Decoding {
    return new ReferenceDecoding(this.checkpoint.spec, request, (...asked) => this.forward(...asked));
  }

  loseDevice(): void {}

  close(): void {}
}

/** The float64 reference of a checkpoint, with its weights on the host. */
export async function referenceOf(checkpoint: Checkpoint): Promise<RunForward> {
  const weights = new Map<string, Float32Array>();
  for (const { name } of checkpoint.weights.slots) weights.set(name, await checkpoint.weights.get(name));
  return createReferenceForward(checkpoint.spec, (name) => weights.get(name)!);
}

/** Number of tokens of a run, including inherited ones. */
function tokensOf(request: ForwardRequest, id: string): number {
  const run = request.runs.find((candidate) => candidate.id === id);
  if (!run) return 0;
  return run.tokens?.length ?? (run.base === undefined ? 0 : tokensOf(request, run.base));
}
