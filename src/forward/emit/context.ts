/**
 * The shared state of functions that write one sweep's steps: the model, the sweep, the current
 * rows and the kept tensors. It is their first parameter, as the pass is in the float64 reference.
 */
import type { KernelName, KernelParams } from '../../gpu/kernels';
import type { ModelSpec } from '../../model/spec';
import type { Wgsl } from '../../util/code/wgsl';
import type { WeightFormat } from '../../weights/chunks';
import type { ResolvedRun, ResolvedEdit } from '../request/resolved';
import type {
  CaptureSlot,
  DispatchStep,
  MetricSlot,
  Step,
  TensorDecl,
  TensorRef,
  TensorRole,
} from '../plan/steps';
import type { Member, Sweep } from '../plan/sweep';
import type { CutPlan } from './cutTurns';
import type { RowMap } from './rows';
import { type Kept, type Slot, wholeSlot } from './slots';

export interface EmitOptions {
  /** Largest storage binding of the device in bytes: limits logits and splits large weights. */
  readonly maxBindingBytes: number;
  /** Default: f32. */
  readonly weightFormat?: WeightFormat;
}

/** An edit of one member, and whether it is inherited from its base. */
export interface EditHere {
  readonly member: Member;
  readonly edit: ResolvedEdit;
  readonly inherited: boolean;
}

/** All cuts of a member at a site where it only cuts; variations of one run share the list. */
export interface CutsHere {
  readonly member: Member;
  readonly cuts: readonly ResolvedEdit[];
}

export interface CaptureHere {
  readonly member: Member;
  readonly capture: ResolvedRun['captures'][number];
  /** Of the gradient at the site. */
  readonly isGradient?: true;
}

export interface CallbackHere {
  readonly member: Member;
  readonly callback: ResolvedRun['callbacks'][number];
}

/** Writers and readers of each site, by its key. */
export interface Sites {
  /** From members that do more than cut. */
  readonly edits: ReadonlyMap<string, readonly EditHere[]>;
  readonly cuts: ReadonlyMap<string, readonly CutsHere[]>;
  readonly callbacks: ReadonlyMap<string, readonly CallbackHere[]>;
  readonly captures: ReadonlyMap<string, readonly CaptureHere[]>;
}

/** Where attention finds keys; see `keys.ts`. */
export interface KeyTables {
  /** The current table; a new one starts when rows enter among the members that it lists. */
  version: number;
  data: Uint32Array;
  /** Members in the table. */
  readonly listed: Set<number>;
}

export interface TouchOptions {
  /** For a tensor of a stage's pair: rows that enter with it already contain their base's edits. */
  readonly entering?: number;
  /** Read by edits of scores and pattern: the unmasked scores, and the scores. */
  readonly beside?: string;
}

/** What a sweep may read from the rest of its plan. */
export interface Surroundings {
  readonly spec: ModelSpec;
  readonly options: EmitOptions;
  /** A tensor kept by an earlier sweep. */
  readonly earlier: (sweep: number, key: string) => Kept;
  /** The samples of a run that include this one; for a run without samples, its one sequence. */
  readonly memberOf: (run: string, sample: number) => Member;
}

export interface Ctx extends Surroundings {
  readonly sweep: Sweep;
  readonly sites: Sites;
  readonly steps: Step[];
  readonly tensors: Map<string, TensorDecl>;
  /** Tensors that outlive the step that made them, by key. */
  readonly kept: Map<string, Kept>;
  /** Means over earlier runs computed so far, by key and runs. */
  readonly means: Map<string, Kept>;
  readonly keys: KeyTables;
  /** Null without cuts. */
  readonly cuts: CutPlan | null;
  /** What is read back; `bytes` grows as captures are placed. */
  readonly result: {
    bytes: number;
    readonly captures: CaptureSlot[];
    readonly gradients: CaptureSlot[];
    readonly metrics: MetricSlot[];
  };
  /** For a backward pass: the tensor as it was before an edit, where the derivative needs it. */
  readonly before: Map<ResolvedEdit, string> | null;
  /** The rows that steps currently work on. */
  rows: RowMap;
  /** Tensor of the residual stream; changes when it is normalised or rows are dropped. */
  resid: string;
}

/** A whole tensor by its id, or a part. */
export type Bound = string | TensorRef;

export interface Dispatch<K extends KernelName> {
  readonly label: string;
  readonly buffers: readonly Bound[];
  readonly params: KernelParams<K>;
  /** Default 0. */
  readonly flops?: number;
  /** A user's WGSL, for kernel `snippet`. */
  readonly snippet?: Wgsl;
}

export function dispatch<K extends KernelName>({ steps }: Ctx, kernel: K, what: Dispatch<K>): void {
  const { label, params, flops = 0, snippet } = what;
  const buffers = what.buffers.map((one) => (typeof one === 'string' ? { id: one } : one));
  const step = { type: 'dispatch', kernel, label, buffers, params, flops };
  steps.push((snippet === undefined ? step : { ...step, snippet }) as DispatchStep);
}

/** Dispatches a kernel that reads weights, in the device's weight format. */
export function dispatchWeighted<
  K extends 'gemm' | 'gemm_bt' | 'gemm_any' | 'gemm_experts' | 'embed' | 'cut_neurons',
>(ctx: Ctx, kernel: K, what: Dispatch<K>): void {
  const name = ctx.options.weightFormat === 'f16' ? (`${kernel}_f16` as K) : kernel;
  dispatch(ctx, name, what);
}

export function declare(ctx: Ctx, id: string, role: TensorRole, elements: number): string {
  if (!ctx.tensors.has(id)) ctx.tensors.set(id, { id, role, elements });
  return id;
}

/** A scratch tensor, sized for the largest of its requests. */
export function grow(ctx: Ctx, id: string, elements: number): string {
  const most = Math.max(elements, ctx.tensors.get(id)?.elements ?? 0);
  ctx.tensors.set(id, { id, role: 'scratch', elements: most });
  return id;
}

/** A tensor with one row per row of this sweep. */
export function scratch(ctx: Ctx, id: string, width: number): string {
  return declare(ctx, id, 'scratch', ctx.sweep.rows * width);
}

/** Small constant data, made once per name. */
export function table(ctx: Ctx, name: string, make: () => Float32Array | Uint32Array): string {
  const id = `table.${name}`;
  if (!ctx.tensors.has(id)) {
    const data = make();
    ctx.tensors.set(id, { id, role: 'table', elements: data.length, data });
  }
  return id;
}

/** A placeholder for bindings that the kernel does not read; large enough for one vec4. */
export function unread(ctx: Ctx): string {
  return table(ctx, 'unread', () => new Uint32Array(4));
}

/** Copies a tensor of the current rows, `stride` columns each. */
export function copyWhole(ctx: Ctx, label: string, from: string, to: string, stride: number): void {
  const bytes = 4 * stride * ctx.rows.count;
  ctx.steps.push({ type: 'copy', label, from, fromOffset: 0, to, toOffset: 0, bytes });
}

/** Columns within rows of a tensor: rows `stride` apart, first column `col`. */
export interface Columns {
  readonly tensor: string;
  readonly stride: number;
  readonly col: number;
}

/**
 * Copies `width` columns of rows listed in a table of (destination, source) pairs or, with `first`,
 * of sources for the rows from `first` on. With a weight, adds them times the weight.
 */
export function copyRows(
  ctx: Ctx,
  label: string,
  by: {
    readonly table: () => Uint32Array;
    readonly rows: number;
    readonly name: string;
    readonly first?: number;
    readonly weight?: number;
  },
  [from, to]: readonly [Columns, Columns],
  width: number,
): void {
  const isPaired = by.first === undefined;
  dispatch(ctx, 'copy_rows', {
    label,
    buffers: [table(ctx, by.name, by.table), from.tensor, to.tensor],
    params: {
      row0: 0,
      rows: by.rows,
      width,
      dstStride: to.stride,
      dstCol: to.col,
      srcStride: from.stride,
      srcCol: from.col,
      paired: Number(isPaired),
      dstRow: by.first ?? 0,
      weight: by.weight ?? 0,
    },
  });
}

/** A row of D columns. */
export function rowSlot({ spec: { dModel: D } }: Ctx, tensor: string): Slot {
  return wholeSlot(tensor, D);
}
