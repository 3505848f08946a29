/**
 * A plan's steps: plain data that names tensors, kernels and parameters. `run.ts` gives the names buffers;
 * everything else (printing, counting, cutting into submits) needs no device.
 */
import type { KernelName, KernelParams } from '../../gpu/kernels';
import type { Site } from '../../model/sites';
import type { Wgsl } from '../../util/code/wgsl';
import type { ResolvedRun } from '../request/resolve';

/** Part of a tensor that a kernel binds. */
export interface TensorRef {
  readonly id: string;
  /** Bytes, a multiple of 256. */
  readonly offset?: number;
}

export type TensorRole =
  /** Model weights, shared by all plans. */
  | 'weight'
  /** Lives for one sweep. */
  | 'scratch'
  /** Read by later sweeps. */
  | 'cache'
  /** Small constant data of this plan. */
  | 'table'
  /** What is read back at the end of a sweep. */
  | 'result';

export interface TensorDecl {
  readonly id: string;
  readonly role: TensorRole;
  /** Elements of 4 bytes, e.g. rows x width. */
  readonly elements: number;
  readonly data?: Float32Array | Uint32Array;
}

export type DispatchStep = {
  [K in KernelName]: {
    readonly type: 'dispatch';
    readonly kernel: K;
    readonly label: string;
    readonly buffers: readonly TensorRef[];
    /** row0 is 0 here; cutting into submits makes several with other row0. */
    readonly params: KernelParams<K>;
    readonly flops: number;
    /** A user's WGSL, of kernel `snippet`. */
    readonly snippet?: Wgsl;
  };
}[KernelName];

export interface CopyStep {
  readonly type: 'copy';
  readonly label: string;
  readonly from: string;
  /** Bytes. */
  readonly fromOffset: number;
  readonly to: string;
  readonly toOffset: number;
  readonly bytes: number;
}

/** Hands a run's rows of a site to TypeScript and takes them back: rows are element offsets of `width` columns. */
export interface CallbackStep {
  readonly type: 'callback';
  readonly label: string;
  readonly tensor: string;
  readonly offsets: readonly number[];
  readonly width: number;
  readonly fn: (values: Float32Array, shape: readonly number[]) => void;
}

export type Step = DispatchStep | CopyStep | CallbackStep;

/** Where a captured tensor lies in the sweep's result buffer: `rows` rows of `stride` floats; columns [col, col+width). */
export interface CaptureSlot {
  readonly run: ResolvedRun;
  readonly site: Site;
  readonly offset: number;
  readonly rows: number;
  readonly stride: number;
  readonly col: number;
  readonly width: number;
}

export interface SweepSteps {
  readonly index: number;
  readonly unit: string;
  readonly label: string;
  readonly tensors: readonly TensorDecl[];
  readonly steps: readonly Step[];
  /** Row of the metric table [n, METRIC_WORDS] at the start of the result buffer, by run id. */
  readonly metricRows: ReadonlyMap<string, number>;
  /** Runs whose metric has a divergence. */
  readonly compared: ReadonlySet<string>;
  readonly captures: readonly CaptureSlot[];
  /** Runs whose `hook_tokens` is captured; known without the device. */
  readonly tokenCaptures: readonly ResolvedRun[];
  readonly resultBytes: number;
}
