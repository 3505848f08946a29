/**
 * Measures the adapter's speed, to size submits and predict times: a few kernels at a trace's
 * sizes, each repeated within one submit until the time is long enough to trust.
 */
import { createBuffers } from './buffers';
import type { Gpu } from './device';
import { type KernelName, type KernelParams, kernelRecord } from './kernels';
import { NO_WINDOW } from './kernels/attention';
import { ACT, type PRODUCTS } from './kernels/matmul';
import { Recorder } from './recorder';
import { range } from '../util/range';

/** Rows of the timed products: a small and a large sweep's. */
export const PRODUCT_ROWS = [64, 2048] as const;

/** Speeds; a multiply-add counts as two operations. */
export interface Speeds {
  /** FLOP/s of matrix products with these many rows. */
  readonly products: readonly [few: number, many: number];
  /** FLOP/s of attention. */
  readonly attention: number;
  /** Numbers per second in a norm. */
  readonly numbers: number;
  /** Seconds of a nearly empty dispatch. */
  readonly dispatch: number;
}

export type ProductKernel = keyof typeof PRODUCTS;

/** Below this many ms, a measurement says more about waiting than about the kernel. */
const ENOUGH = 3;
const MORE = 16;
const MAX_DISPATCHES = 1024;
/**
 * A product that would take longer than this many ms is not timed: such a slow adapter is busy with
 * few rows too.
 */
const TOO_LONG = 50;

/** Seconds; below any clock's resolution and any real duration. */
const LEAST = 1e-9;

/** Input and output columns of a product. */
const [K, N] = [256, 768];
const ATTENTION = { rows: 64, T: 16, H: 8, K: 64 };
/** Narrow: a row has a cost besides its numbers, and norms are a small part of a wide model. */
const NORM = { rows: 256, width: 128 };

/** Takes some 20 ms on a graphics card. `product`: the kernel for the model's matrices. */
export async function calibrate(gpu: Gpu, product: ProductKernel): Promise<Speeds> {
  const timer = await Timer.open(gpu);
  try {
    const [few, many] = PRODUCT_ROWS;
    const ofFew = await timer.seconds([timed(product, productOf(few))]);
    const likely = (ofFew * many) / few;
    const ofMany = 1000 * likely > TOO_LONG ? likely : await timer.seconds([timed(product, productOf(many))]);
    const pairs = { row0: 0, ...ATTENTION, G: ATTENTION.H, causal: 0, window: NO_WINDOW };
    const attention = await timer.seconds([
      timed('attend', { ...pairs, scale: 1, softcap: 0 }),
      timed('mix', { ...pairs, full: 0, col: 0 }),
    ]);
    const flags = { eps: 1e-5, hasDelta: 1, center: 1, hasWeight: 1, hasBias: 1, shift: 0 };
    const norm = await timer.seconds([timed('norm', { row0: 0, ...NORM, ...flags })]);
    const dispatch = await timer.seconds([timed('add', { row0: 0, rows: 1, width: 1 })]);
    return {
      products: [(2 * few * K * N) / ofFew, (2 * many * K * N) / ofMany],
      attention: (4 * ATTENTION.rows * ATTENTION.T * ATTENTION.H * ATTENTION.K) / attention,
      numbers: (NORM.rows * NORM.width) / norm,
      dispatch,
    };
  } finally {
    timer.close();
  }
}

/** Parameters for any product kernel: a [rows, K] times w [K, N]. Each takes the fields it has. */
function productOf(rows: number): KernelParams<ProductKernel> {
  const shape = { row0: 0, rows, K, N, act: ACT.none, hasBias: 1, oStride: N, oOffset: 0 };
  const strides = { aOffset: 0, aStride: K, aBatch: 0, wOffset: 0, wRow: N, wCol: 1, wBatch: 0 };
  return { ...shape, ...strides, biasOffset: 0, biasBatch: 0, oBatch: 0, batches: 1, wBatchDiv: 1 };
}

/** The most buffers that a kernel binds. */
const MOST_BUFFERS = 8;

type Dispatches = readonly (readonly [KernelName, Readonly<Record<string, number>>])[];

/** A kernel with its params, of which a missing one is a type error. */
const timed = <K extends KernelName>(kernel: K, params: KernelParams<K>) => [kernel, params] as const;

/** Times dispatches on zero-filled buffers, which are large enough for all of them. */
class Timer {
  private constructor(
    private readonly recorder: Recorder,
    private readonly buffers: readonly GPUBuffer[],
  ) {}

  static async open(gpu: Gpu): Promise<Timer> {
    const { maxBindingBytes, maxBufferBytes } = gpu.limits;
    const bytes = Math.min(4 * PRODUCT_ROWS[1] * N, maxBindingBytes, maxBufferBytes);
    const wants = range(0, MOST_BUFFERS).map((i) => ({ label: `calibrate ${i}`, bytes }));
    return new Timer(new Recorder(gpu), await createBuffers(gpu, wants));
  }

  /** Seconds of all these dispatches, without the round trip to the device. */
  async seconds(dispatches: Dispatches): Promise<number> {
    // Covers compilation and other first-time costs.
    await this.once(dispatches.map(([kernel, params]) => [kernel, { ...params, rows: 1 }]));
    const first = Math.min(await this.once(dispatches), await this.once(dispatches));
    let [times, seconds] = [1, first];
    while (1000 * seconds < ENOUGH && times < MAX_DISPATCHES) {
      times = Math.min(MORE * times, MAX_DISPATCHES);
      seconds = await this.once(dispatches, times);
    }
    const each = times === 1 ? seconds : (seconds - first) / (times - 1);
    return Math.max(each, LEAST);
  }

  close(): void {
    this.recorder.destroy();
    for (const buffer of this.buffers) buffer.destroy();
  }

  private async once(dispatches: Dispatches, times = 1): Promise<number> {
    const began = performance.now();
    for (let i = 0; i < times; i++) {
      for (const [kernel, params] of dispatches) {
        const ranges = kernelRecord(kernel).storage.map((_, at) => ({ buffer: this.buffers[at]! }));
        this.recorder.dispatch(kernel, ranges, params as never);
      }
    }
    await this.recorder.submit();
    return (performance.now() - began) / 1000;
  }
}
