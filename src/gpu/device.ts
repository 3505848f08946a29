/**
 * One WebGPU device with its relevant limits, and a way to await GPU work that cannot hang when the
 * device is lost.
 */
import { isSlowToComplete, Nudge } from './nudge';

export interface GpuLimits {
  /** Largest storage binding in bytes. */
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  /** Storage binding offsets must be multiples of this many bytes. */
  readonly offsetAlignment: number;
  /** Most workgroups along one dimension of a dispatch. */
  readonly maxWorkgroups: number;
}

/** The device is lost: reopen it, upload the weights again and resume. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
  constructor(readonly info: Pick<GPUDeviceLostInfo, 'reason' | 'message'>) {
    super(
      `gpu: the device was lost (${info.reason}): ${info.message || 'no details given'}. ` +
        'Open it again and repeat the work since the last finished step.',
    );
  }
}

/** How long to wait for the notice of a lost device after a failed await, in ms. */
const LOSS_GRACE_MS = 100;

export class Gpu {
  /** Resolves when the device is lost, including through `destroy`. */
  readonly lost: Promise<GPUDeviceLostInfo>;
  private lossError: DeviceLostError | undefined;
  private readonly waiting = new Set<(error: DeviceLostError) => void>();
  private readonly nudge: Nudge | null;

  constructor(
    readonly device: GPUDevice,
    readonly limits: GpuLimits,
    /** Vendor, architecture and description, if the browser reports them. */
    readonly adapterName: string,
    /** A software adapter. */
    readonly isFallback: boolean,
    /** Whether completions need nudging, see `nudge.ts`. */
    isSlow = false,
  ) {
    this.nudge = isSlow ? new Nudge(device.queue) : null;
    this.lost = device.lost.then((info) => {
      this.lossError = new DeviceLostError(info);
      for (const reject of this.waiting) reject(this.lossError);
      this.waiting.clear();
      return info;
    });
  }

  /**
   * Awaits GPU work; rejects with DeviceLostError if the device is lost first, even if WebGPU would
   * resolve, reject with another error, or never settle.
   */
  async guard<T>(work: Promise<T>): Promise<T> {
    let onLoss: ((error: DeviceLostError) => void) | undefined;
    const loss = new Promise<never>((_, reject) => {
      onLoss = reject;
      if (this.lossError) reject(this.lossError);
      else this.waiting.add(reject);
    });
    try {
      return await Promise.race([loss, work]);
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      const grace = new Promise<void>((resolve) => setTimeout(resolve, LOSS_GRACE_MS));
      await Promise.race([loss, grace]);
      throw error;
    } finally {
      if (onLoss) this.waiting.delete(onLoss);
    }
  }

  /** As `guard`, for promises settled by the GPU's progress: the end of work, or a mapping. */
  completion<T>(work: Promise<T>): Promise<T> {
    return this.guard(this.nudge ? this.nudge.during(work) : work);
  }

  /** Resolves when all work submitted so far is done. */
  async finished(): Promise<void> {
    await this.completion(this.device.queue.onSubmittedWorkDone());
  }

  /** Throws DeviceLostError if the loss is already known. */
  assertAlive(): void {
    if (this.lossError) throw this.lossError;
  }

  destroy(): void {
    this.device.destroy();
  }
}

export interface OpenGpuOptions {
  /** `navigator.gpu`, or Node's from `node.ts`; undefined if the browser has none. */
  readonly gpu: GPU | undefined;
  /** Lower limits to simulate in tests. */
  readonly fakeLimits?: Partial<GpuLimits>;
  readonly powerPreference?: GPUPowerPreference;
}

/** Limits of the default adapter's device; null without an adapter. */
export async function adapterLimits(
  gpu: GPU,
): Promise<Pick<GpuLimits, 'maxBindingBytes' | 'maxBufferBytes'> | null> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  return {
    maxBindingBytes: adapter.limits.maxStorageBufferBindingSize,
    maxBufferBytes: adapter.limits.maxBufferSize,
  };
}

/**
 * Opens the adapter's device with its largest buffer sizes and otherwise default limits.
 * @throws Error if there is no adapter.
 */
export async function openGpu(options: OpenGpuOptions): Promise<Gpu> {
  const powerPreference = options.powerPreference ?? 'high-performance';
  const adapter = await options.gpu?.requestAdapter({ powerPreference });
  if (!adapter) {
    throw new Error(
      'gpu: no WebGPU adapter found. Use a browser with WebGPU (Chrome, Edge, Safari 26 or Firefox 141 and later); ' +
        'without a graphics card install Chromium and start it with --enable-unsafe-webgpu for its SwiftShader adapter.',
    );
  }
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxBufferSize: adapter.limits.maxBufferSize,
    },
  });
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  return new Gpu(
    device,
    {
      maxBindingBytes: device.limits.maxStorageBufferBindingSize,
      maxBufferBytes: device.limits.maxBufferSize,
      offsetAlignment: device.limits.minStorageBufferOffsetAlignment,
      maxWorkgroups: device.limits.maxComputeWorkgroupsPerDimension,
      ...options.fakeLimits,
    },
    [vendor, architecture, description].filter(Boolean).join(' ') || 'unknown adapter',
    isFallbackAdapter ?? false,
    await Promise.race([isSlowToComplete(device.queue), device.lost.then(() => false)]),
  );
}
