/**
 * A plan's steps: plain data that names tensors, kernels and parameters. `run.ts` assigns buffers
 * to the names; printing, counting and splitting into submits need no device.
 */
import type { KernelName, KernelParams } from '../../gpu/kernels';
import type { Site } from '../../model/siteKinds';
import type { Wgsl } from '../../util/code/wgsl';
import type { ModelSpec } from '../../model/spec';
import type { ResolvedRun } from '../request/resolved';

/** The part of a tensor that a kernel binds. */
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
  /** Read back at the end of a sweep. */
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
    /** row0 is 0 here; splitting into submits makes several steps with other values. */
    readonly params: KernelParams<K>;
    readonly flops: number;
    /** A user's WGSL, for kernel `snippet`. */
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

/** Passes a run's rows of a site to TypeScript and back, as offsets of `width` columns. */
export interface CallbackStep {
  readonly type: 'callback';
  readonly label: string;
  readonly tensor: string;
  readonly offsets: readonly number[];
  readonly width: number;
  readonly fn: (values: Float32Array, shape: readonly number[]) => void;
}

export type Step = DispatchStep | CopyStep | CallbackStep;

/** Samples [begin, end) of a run, whose results have their own ids; [0, 1) without samples. */
type Samples = readonly [number, number];

/**
 * Location of a captured tensor in the sweep's result buffer: row-major from byte `offset`, sample
 * after sample.
 */
export interface CaptureSlot {
  readonly run: ResolvedRun;
  readonly samples: Samples;
  readonly site: Site;
  readonly offset: number;
  /** Of one sample. */
  readonly shape: readonly number[];
}

/** Location of a run's metric: the first sample's float, then each next one `step` later. */
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
  /** Sum over all steps. */
  readonly flops: number;
  readonly metrics: readonly MetricSlot[];
  readonly captures: readonly CaptureSlot[];
  readonly gradients: readonly CaptureSlot[];
  /** Runs that capture `hook_tokens`, which needs no device. */
  readonly tokenCaptures: readonly Pick<CaptureSlot, 'run' | 'samples'>[];
  readonly resultBytes: number;
}

/** A run that changes something, against the base that has the same metric (`unchanged.ts`). */
export interface Comparison {
  readonly base: ResolvedRun;
  /** Whether this is known without computing the run: nothing can have changed. */
  readonly isKnown: boolean;
}

export interface Plan {
  readonly spec: ModelSpec;
  readonly sweeps: readonly SweepSteps[];
  /** The sweeps whose cached tensors each sweep reads, and needs again after a device loss. */
  readonly dependsOn: readonly (readonly number[])[];
  /** Runs that nothing can have changed, and the run whose metric they share. */
  readonly aliases: ReadonlyMap<ResolvedRun, ResolvedRun>;
  /** Runs to compare with their base once results arrive. */
  readonly comparisons: ReadonlyMap<ResolvedRun, Comparison>;
  readonly flops: number;
  readonly naiveFlops: number;
}

export function stepsFlops(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + (step.type === 'dispatch' ? step.flops : 0), 0);
}
