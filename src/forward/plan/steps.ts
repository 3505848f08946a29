/**
 * A plan's steps: plain data that names tensors, kernels and parameters. `run.ts` gives the names buffers;
 * everything else (printing, counting, cutting into submits) needs no device.
 */
import type { KernelName, KernelParams } from '../../gpu/kernels';
import type { Site } from '../../model/siteKinds';
import type { Wgsl } from '../../util/code/wgsl';
import type { ModelSpec } from '../../model/spec';
import type { ResolvedRun } from '../request/resolved';
import type { Comparison } from './unchanged';

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

/** Samples [begin, end) of a run, whose results come under ids of their own; [0, 1) of a run without samples. */
type Samples = readonly [number, number];

/** Where a captured tensor lies in the sweep's result buffer: row-major from byte `offset`, sample after sample. */
export interface CaptureSlot {
  readonly run: ResolvedRun;
  readonly samples: Samples;
  readonly site: Site;
  readonly offset: number;
  /** Of one sample. */
  readonly shape: readonly number[];
}

/** Where a run's metric lies: the first sample's from float `offset` on, the next one's `step` floats further. */
export interface MetricSlot {
  readonly run: ResolvedRun;
  readonly samples: Samples;
  readonly offset: number;
  readonly step: number;
}

export interface SweepSteps {
  readonly index: number;
  readonly unit: string;
  readonly label: string;
  readonly tensors: readonly TensorDecl[];
  readonly steps: readonly Step[];
  /** Of all steps. */
  readonly flops: number;
  readonly metrics: readonly MetricSlot[];
  readonly captures: readonly CaptureSlot[];
  /** Runs whose `hook_tokens` is captured; known without the device. */
  readonly tokenCaptures: readonly Pick<CaptureSlot, 'run' | 'samples'>[];
  readonly resultBytes: number;
}

export interface Plan {
  readonly spec: ModelSpec;
  readonly sweeps: readonly SweepSteps[];
  /** Sweeps whose cached tensors a sweep reads; needed again when a device was lost. */
  readonly dependsOn: readonly (readonly number[])[];
  /** Runs whose metric is that of another run, which nothing in them can have changed. */
  readonly aliases: ReadonlyMap<ResolvedRun, ResolvedRun>;
  /** Runs that are compared with their base when results are in. */
  readonly comparisons: ReadonlyMap<ResolvedRun, Comparison>;
  readonly flops: number;
  readonly naiveFlops: number;
}

export function stepsFlops(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + (step.type === 'dispatch' ? step.flops : 0), 0);
}
