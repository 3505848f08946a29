/** Collects a sweep's steps and tensors: the vocabulary that the emitters write in. */
import type { KernelName } from '../../gpu/kernels';
import type { ModelSpec } from '../../model/spec';
import type { Wgsl } from '../../util/code/wgsl';
import { type Chunk, chunkRows, type WeightFormat } from '../../weights/chunks';
import { RowMap } from './rows';
import type { DispatchStep, Step, TensorDecl, TensorRef, TensorRole } from '../plan/steps';
import type { Sweep } from '../plan/sweeps';

export interface EmitOptions {
  /** Largest bytes of one storage binding, from the device: bounds logits and splits large weights. */
  readonly maxBindingBytes: number;
  /** Default: f32. */
  readonly weightFormat?: WeightFormat;
}

type Params<K extends KernelName> = Extract<DispatchStep, { kernel: K }>['params'];

/** Rows of a tensor by head: row r of head h begins at element first + r*stride + h*head. */
interface HeadRows {
  readonly tensor: string;
  readonly first?: number;
  readonly stride: number;
  readonly head: number;
}

export class StepBuilder {
  protected readonly steps: Step[] = [];
  protected readonly tensors = new Map<string, TensorDecl>();
  /** The rows that steps work on now. */
  protected rows: RowMap;

  constructor(
    protected readonly spec: ModelSpec,
    protected readonly sweep: Sweep,
    protected readonly options: EmitOptions,
  ) {
    this.rows = new RowMap(sweep.sequences);
  }

  protected dispatch<K extends KernelName>(
    kernel: K,
    label: string,
    buffers: readonly TensorRef[],
    params: Params<K>,
    flops = 0,
    snippet?: Wgsl,
  ): void {
    const step = { type: 'dispatch', kernel, label, buffers, params, flops } as DispatchStep;
    this.steps.push(snippet === undefined ? step : { ...step, snippet });
  }

  /** One dispatch of a kernel that reads weights, in the format that they have on the device. */
  protected dispatchWeighted<K extends 'gemm' | 'gemm_bt' | 'gemm_any' | 'embed' | 'cut_neurons'>(
    kernel: K,
    label: string,
    buffers: readonly TensorRef[],
    params: Params<K>,
    flops = 0,
  ): void {
    const name: KernelName = this.options.weightFormat === 'f16' ? `${kernel}_f16` : kernel;
    this.dispatch(name, label, buffers, params as Params<typeof name>, flops);
  }

  /** How a weight of `rows` x `width` is cut into buffers. */
  protected chunksOf(weight: string, rows: number, width: number): Chunk[] {
    const { maxBindingBytes, weightFormat = 'f32' } = this.options;
    return chunkRows(weight, rows, width, maxBindingBytes, weightFormat);
  }

  /**
   * out [R, N] = act(a [R, K] W + b), W as the model's orientation has it; `b` null for none. By default over all
   * rows of `a`, otherwise over `rows` rows from where `a` is bound.
   */
  protected project(
    label: string,
    a: TensorRef,
    K: number,
    N: number,
    W: string,
    b: string | null,
    out: string,
    act: number,
    rows = this.rows.count,
  ): void {
    const bias = { id: b ?? this.unread() };
    const hasBias = b === null ? 0 : 1;
    const shape = { row0: 0, rows, K, act, hasBias };
    if (this.spec.orientation === 'in-out' && W.startsWith('blocks.')) {
      const flops = 2 * rows * K * N;
      const buffers = [a, { id: W }, bias, { id: out }];
      if (K % 4 === 0 && N % 4 === 0) {
        this.dispatchWeighted('gemm', label, buffers, { ...shape, N, oStride: N, oOffset: 0 }, flops);
      } else {
        const strides = { ...PLAIN, aStride: K, wRow: N, wCol: 1, oStride: N };
        this.dispatchWeighted('gemm_any', label, buffers, { ...shape, N, ...strides }, flops);
      }
      return;
    }
    for (const { tensor, first, rows: n } of this.chunksOf(W, N, K)) {
      const flops = 2 * rows * K * n;
      const buffers = [a, { id: tensor }, bias, { id: out }];
      const to = { N: n, biasOffset: hasBias * first, oOffset: first, oStride: N };
      if (K % 4 === 0) this.dispatchWeighted('gemm_bt', label, buffers, { ...shape, ...to }, flops);
      else {
        const strides = { ...PLAIN, aStride: K, wRow: 1, wCol: K };
        this.dispatchWeighted('gemm_any', label, buffers, { ...shape, ...strides, ...to }, flops);
      }
    }
  }

  /** `heads` products at once, each with its own columns of W: `out-in` means the columns are rows of the stored matrix. */
  protected projectHeads(
    label: string,
    heads: number,
    a: HeadRows,
    W: {
      readonly tensor: string;
      readonly first: number;
      readonly row: number;
      readonly col: number;
      readonly head: number;
    },
    b: { readonly tensor: string; readonly first: number } | null,
    out: HeadRows,
    K: number,
    N: number,
    rows = this.rows.count,
  ): void {
    this.dispatchWeighted(
      'gemm_any',
      label,
      [{ id: a.tensor }, { id: W.tensor }, { id: b?.tensor ?? this.unread() }, { id: out.tensor }],
      {
        ...PLAIN,
        row0: 0,
        rows,
        K,
        N,
        act: 0,
        hasBias: b === null ? 0 : 1,
        aOffset: a.first ?? 0,
        aStride: a.stride,
        aBatch: a.head,
        wOffset: W.first,
        wRow: W.row,
        wCol: W.col,
        wBatch: W.head,
        biasOffset: b?.first ?? 0,
        biasBatch: b === null ? 0 : N,
        oOffset: out.first ?? 0,
        oStride: out.stride,
        oBatch: out.head,
        batches: heads,
      },
      2 * rows * K * N * heads,
    );
  }

  /** A weight that a step must bind whole. Throws where the adapter's limit has cut it. */
  protected wholeWeight(weight: string, rows: number, width: number): string {
    const chunks = this.chunksOf(weight, rows, width);
    if (chunks.length === 1) return chunks[0]!.tensor;
    throw new Error(
      `plan: ${weight} is in ${chunks.length} parts, got a limit of ${this.options.maxBindingBytes} bytes per binding. ` +
        'Per-head inputs and results need it in one: keep the weights as f16, or use another adapter.',
    );
  }

  /** Something to bind where a kernel is told not to read. */
  protected unread(): string {
    return this.table('unread', [0]);
  }

  /** Copies rows by a table of (destination, source) pairs; both are `width` columns from `col` on, `stride` apart. */
  protected copyRows(
    label: string,
    pairs: { readonly table: string; readonly rows: number },
    from: { readonly tensor: string; readonly stride: number; readonly col: number },
    to: { readonly tensor: string; readonly stride: number; readonly col: number },
    width: number,
  ): void {
    this.dispatch('copy_rows', label, [{ id: pairs.table }, { id: from.tensor }, { id: to.tensor }], {
      row0: 0,
      rows: pairs.rows,
      width,
      dstStride: to.stride,
      dstCol: to.col,
      srcStride: from.stride,
      srcCol: from.col,
    });
  }

  protected copyWhole(label: string, from: string, to: string, stride: number): void {
    this.steps.push({
      type: 'copy',
      label,
      from,
      fromOffset: 0,
      to,
      toOffset: 0,
      bytes: 4 * stride * this.rows.count,
    });
  }

  protected copyOut(from: string, row: number, stride: number, rows: number, toOffset: number): void {
    this.steps.push({
      type: 'copy',
      label: `read ${from}`,
      from,
      fromOffset: 4 * stride * row,
      to: 'result',
      toOffset,
      bytes: 4 * stride * rows,
    });
  }

  protected declare(
    id: string,
    role: TensorRole,
    elements: number,
    data?: Float32Array | Uint32Array,
  ): string {
    if (!this.tensors.has(id)) this.tensors.set(id, { id, role, elements, ...(data ? { data } : {}) });
    return id;
  }

  /** A tensor of one row per (run, position) of this sweep. */
  protected scratch(id: string, width: number): string {
    return this.declare(id, 'scratch', this.sweep.rows * width);
  }

  protected table(name: string, data: readonly number[] | Float32Array | Uint32Array): string {
    const array = Array.isArray(data)
      ? Uint32Array.from(data as readonly number[])
      : (data as Float32Array | Uint32Array);
    return this.declare(`table.${name}`, 'table', array.length, array);
  }
}

/** `gemm_any` as one plain product. */
const PLAIN = {
  aOffset: 0,
  aBatch: 0,
  wOffset: 0,
  wBatch: 0,
  wBatchDiv: 1,
  biasOffset: 0,
  biasBatch: 0,
  oOffset: 0,
  oBatch: 0,
  batches: 1,
} as const;
