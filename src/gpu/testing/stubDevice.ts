/**
 * A WebGPU stub for Node that accepts every call of this folder and computes nothing. What remains
 * is our own code's work, and the calls are counted. An unmapped buffer holds no memory, so a model
 * of any size fits. The device is never lost.
 *
 * A trip is one wait for the device. The host runs until it can only wait; then the device answers
 * all pending requests. All promises requested before the microtasks of a turn run out, one or a
 * hundred, are answered together and count as one trip. A promise requested only after an earlier
 * answer is another trip. Pauses by a timer (`util/breathe.ts`) are not trips.
 */

export interface StubCounters {
  readonly dispatches: number;
  /** Copies between storage buffers, excluding uploads and copies for readback. */
  readonly copies: number;
  /** Writes from the host: `writeBuffer`, and copies from a staging buffer. */
  readonly writes: number;
  /** Submits with commands; empty ones only nudge a queue (`nudge.ts`). */
  readonly submits: number;
  /** How often memory was mapped for reading, and the bytes. */
  readonly readbacks: number;
  readonly readBytes: number;
  /** Buffers created, including staging buffers. */
  readonly buffers: number;
  readonly bindGroups: number;
  readonly pipelines: number;
  readonly trips: number;
  /** Bytes written to storage buffers: tables, and weights while a model opens. */
  readonly tableBytes: number;
  /** Bytes written to other buffers. */
  readonly uniformBytes: number;
  /** Bytes of all live buffers: now, and the maximum since the last `reset`. */
  readonly liveBytes: number;
  readonly peakBytes: number;
}

export interface StubGpu {
  /** Stands in for `navigator.gpu`. */
  readonly gpu: GPU;
  counters(): StubCounters;
  /** Resets the counters; live buffers stay. */
  reset(): void;
}

export interface StubOptions {
  /** Default: a large graphics card's, 2 GiB per binding. */
  readonly limits?: Partial<Record<keyof GPUSupportedLimits, number>>;
  /** Fills memory that is read back; default: zeros. */
  readonly fill?: (bytes: ArrayBuffer) => void;
}

/** WebGPU's constants; in Node their names exist only once the `webgpu` package is loaded. */
const USAGE = {
  MAP_READ: 0x1,
  MAP_WRITE: 0x2,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  INDEX: 0x10,
  VERTEX: 0x20,
  UNIFORM: 0x40,
  STORAGE: 0x80,
  INDIRECT: 0x100,
  QUERY_RESOLVE: 0x200,
};
const MODE = { READ: 1, WRITE: 2 };
const GLOBALS = { GPUBufferUsage: USAGE, GPUMapMode: MODE, GPUShaderStage: { COMPUTE: 4 } };

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxBufferSize: 2 ** 32,
  minStorageBufferOffsetAlignment: 256,
  minUniformBufferOffsetAlignment: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

const zero = {
  dispatches: 0,
  copies: 0,
  writes: 0,
  submits: 0,
  readbacks: 0,
  readBytes: 0,
  buffers: 0,
  bindGroups: 0,
  pipelines: 0,
  trips: 0,
  tableBytes: 0,
  uniformBytes: 0,
  liveBytes: 0,
  peakBytes: 0,
};

type Count = typeof zero;
type Ask = <T>(answer: T) => Promise<T>;

export function createStubGpu({ limits, fill }: StubOptions = {}): StubGpu {
  for (const [name, values] of Object.entries(GLOBALS)) {
    if (!(name in globalThis)) Object.assign(globalThis, { [name]: values });
  }
  const count = { ...zero };
  const ask = answering(count);
  const device = stubDevice(count, ask, { ...LIMITS, ...limits }, fill);
  const adapter = {
    limits: device.limits,
    features: new Set(),
    info: { vendor: 'stub', architecture: '', description: 'computes nothing', isFallbackAdapter: false },
    requestDevice: async () => device,
  };
  return {
    gpu: { requestAdapter: async () => adapter } as unknown as GPU,
    counters: () => ({ ...count }),
    reset: () => {
      const { liveBytes } = count;
      Object.assign(count, { ...zero, liveBytes, peakBytes: liveBytes });
    },
  };
}

/** Answers promises at the end of the turn that requested them. */
function answering(count: Count): Ask {
  let waiting: (() => void)[] = [];
  const answer = (): void => {
    const answered = waiting;
    waiting = [];
    count.trips++;
    for (const resolve of answered) resolve();
  };
  return (value) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(answer);
      waiting.push(() => resolve(value));
    });
}

/** The parts of a buffer that our code and the counters use. */
interface StubBuffer {
  readonly size: number;
  readonly usage: number;
}

function stubDevice(
  count: Count,
  ask: Ask,
  limits: typeof LIMITS,
  fill: StubOptions['fill'],
): Pick<GPUDevice, 'limits'> {
  const written = (to: StubBuffer, bytes: number): void => {
    count.writes++;
    if (to.usage & USAGE.STORAGE) count.tableBytes += bytes;
    else count.uniformBytes += bytes;
  };
  const queue = {
    submit: ({ length }: readonly unknown[]): void => {
      if (length > 0) count.submits++;
    },
    writeBuffer(
      to: StubBuffer,
      _offset: number,
      data: ArrayBuffer | (ArrayBufferView & { readonly BYTES_PER_ELEMENT?: number }),
      first = 0,
      size?: number,
    ): void {
      // Elements of a typed array, bytes of anything else.
      const unit = 'BYTES_PER_ELEMENT' in data ? data.BYTES_PER_ELEMENT! : 1;
      written(to, size === undefined ? data.byteLength - first * unit : size * unit);
    },
    onSubmittedWorkDone: () => ask(undefined),
  };
  const pass = {
    setPipeline: nothing,
    setBindGroup: nothing,
    end: nothing,
    dispatchWorkgroups: (): void => {
      count.dispatches++;
    },
  };
  const encoder = {
    beginComputePass: () => pass,
    finish: () => ({}),
    copyBufferToBuffer(from: StubBuffer, _at: number, to: StubBuffer, _to: number, bytes: number): void {
      if (to.usage & USAGE.MAP_READ) return;
      if (from.usage & USAGE.STORAGE) count.copies++;
      else written(to, bytes);
    },
  };
  const device = {
    limits,
    features: new Set(),
    lost: new Promise(nothing),
    queue,
    destroy: nothing,
    pushErrorScope: nothing,
    popErrorScope: () => ask(null),
    createBuffer: (asked: GPUBufferDescriptor) => stubBuffer(asked, count, ask, fill),
    createShaderModule: () => ({ getCompilationInfo: () => ask({ messages: [] }) }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipelineAsync: () => {
      count.pipelines++;
      return ask({});
    },
    createBindGroup: () => {
      count.bindGroups++;
      return {};
    },
    createCommandEncoder: () => encoder,
  };
  return device as unknown as GPUDevice;
}

function stubBuffer(
  { label = '', size, usage }: GPUBufferDescriptor,
  count: Count,
  ask: Ask,
  fill: StubOptions['fill'],
): StubBuffer {
  let isLive = true;
  let isRead = false;
  count.buffers++;
  count.liveBytes += size;
  count.peakBytes = Math.max(count.peakBytes, count.liveBytes);
  const buffer = {
    label,
    size,
    usage,
    async mapAsync(mode: number, offset = 0, bytes = size - offset): Promise<void> {
      isRead = mode === MODE.READ;
      if (isRead) {
        count.readbacks++;
        count.readBytes += bytes;
      }
      await ask(undefined);
    },
    getMappedRange(offset = 0, bytes = size - offset): ArrayBuffer {
      const range = new ArrayBuffer(bytes);
      if (isRead) fill?.(range);
      return range;
    },
    unmap: nothing,
    destroy(): void {
      if (isLive) count.liveBytes -= size;
      isLive = false;
    },
  };
  return buffer;
}

function nothing(): void {}
