/**
 * What the parts of one sweep share while they write its steps: the model, the sweep, the rows at hand and what is kept.
 * Functions take it first, as the float64 reference's take their pass.
 */
import type { KernelName } from '../../gpu/kernels';
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
import type { CutPlan } from './cutPlan';
import type { RowMap } from './rows';
import type { Kept } from './slots';

export interface EmitOptions {
  /** Largest bytes of one storage binding, from the device: bounds logits and splits large weights. */
  readonly maxBindingBytes: number;
  /** Default: f32. */
  readonly weightFormat?: WeightFormat;
}

/** An edit of one member, and whether it is its base's. */
export interface EditHere {
  readonly member: Member;
  readonly edit: ResolvedEdit;
  readonly inherited: boolean;
}

/** All that a member does at a site, where it does nothing but cut; variations of one run share the list. */
export interface CutsHere {
  readonly member: Member;
  readonly cuts: readonly ResolvedEdit[];
}

export interface CaptureHere {
  readonly member: Member;
  readonly capture: ResolvedRun['captures'][number];
}

export interface CallbackHere {
  readonly member: Member;
  readonly callback: ResolvedRun['callbacks'][number];
}

/** Who writes and reads each site, by its key. */
export interface Sites {
  /** Of members that do other things than cut. */
  readonly edits: ReadonlyMap<string, readonly EditHere[]>;
  readonly cuts: ReadonlyMap<string, readonly CutsHere[]>;
  readonly callbacks: ReadonlyMap<string, readonly CallbackHere[]>;
  readonly captures: ReadonlyMap<string, readonly CaptureHere[]>;
}

/** Where attention finds keys; see `keys.ts`. */
export interface KeyTables {
  /** Number of the present table; another begins when rows enter among those that it lists. */
  version: number;
  data: Uint32Array;
  /** Members that are in it. */
  readonly listed: Set<number>;
}

export interface TouchOptions {
  /** Of a tensor that a stage's pair begins with: rows that enter with it bring their base's edits along. */
  readonly entering?: number;
  /** What edits of scores and pattern read: the scores without a mask, and the scores. */
  readonly beside?: string;
}

/** What a sweep may read of the plan that it belongs to. */
export interface Surroundings {
  readonly spec: ModelSpec;
  readonly options: EmitOptions;
  /** A tensor that an earlier sweep kept. */
  readonly earlier: (sweep: number, key: string) => Kept;
  /** The samples of a run that hold this one; of a run without samples its one sequence. */
  readonly memberOf: (run: string, sample: number) => Member;
}

export interface Ctx extends Surroundings {
  readonly sweep: Sweep;
  readonly sites: Sites;
  readonly steps: Step[];
  readonly tensors: Map<string, TensorDecl>;
  /** Tensors that outlive the step that made them, by key. */
  readonly kept: Map<string, Kept>;
  /** Means over earlier runs that were computed here, by what they are of. */
  readonly means: Map<string, Kept>;
  readonly keys: KeyTables;
  /** Null if nothing is cut. */
  readonly cuts: CutPlan | null;
  /** What is read back; `bytes` grows as captures are placed. */
  readonly result: { bytes: number; readonly captures: CaptureSlot[]; readonly metrics: MetricSlot[] };
  /** The rows that steps work on now. */
  rows: RowMap;
  /** Tensor of the residual stream: another one once it was normalised or rows have been dropped. */
  resid: string;
}

type Params<K extends KernelName> = Extract<DispatchStep, { kernel: K }>['params'];

export interface Dispatch<K extends KernelName> {
  readonly label: string;
  readonly buffers: readonly TensorRef[];
  readonly params: Params<K>;
  /** Default 0. */
  readonly flops?: number;
  /** A user's WGSL, of kernel `snippet`. */
  readonly snippet?: Wgsl;
}

export function dispatch<K extends KernelName>({ steps }: Ctx, kernel: K, what: Dispatch<K>): void {
  const { label, buffers, params, flops = 0, snippet } = what;
  const step = { type: 'dispatch', kernel, label, buffers, params, flops };
  steps.push((snippet === undefined ? step : { ...step, snippet }) as DispatchStep);
}

/** One dispatch of a kernel that reads weights, in the format that they have on the device. */
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

/** A scratch tensor that is as large as whoever needs most of it. */
export function grow(ctx: Ctx, id: string, elements: number): string {
  const most = Math.max(elements, ctx.tensors.get(id)?.elements ?? 0);
  ctx.tensors.set(id, { id, role: 'scratch', elements: most });
  return id;
}

/** A tensor of one row per row of this sweep. */
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

/** Bound where a kernel does not read. */
export function unread(ctx: Ctx): string {
  return table(ctx, 'unread', () => new Uint32Array(1));
}

/** Copies a tensor of the rows at hand, `stride` columns each. */
export function copyWhole(ctx: Ctx, label: string, from: string, to: string, stride: number): void {
  const bytes = 4 * stride * ctx.rows.count;
  ctx.steps.push({ type: 'copy', label, from, fromOffset: 0, to, toOffset: 0, bytes });
}

/** Columns of rows in a tensor: `stride` apart, the first at `col`. */
export interface Columns {
  readonly tensor: string;
  readonly stride: number;
  readonly col: number;
}

/**
 * Copies `width` columns of rows by a table: of (destination, source) pairs, or, with `first`, of sources of the rows from
 * `first` on. With a weight, adds them, weighted.
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
    buffers: [{ id: table(ctx, by.name, by.table) }, { id: from.tensor }, { id: to.tensor }],
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
