/** Collects a sweep's steps and tensors: the vocabulary that `siteEmitter.ts` and `emit.ts` write in. */
import type { KernelName } from '../gpu/kernels';
import { ACT_NONE } from '../gpu/kernels/matmul';
import type { ModelSpec } from '../model/spec';
import { RowMap } from './rows';
import type { DispatchStep, Step, TensorDecl, TensorRef, TensorRole } from './steps';
import type { Sweep } from './sweeps';

export class StepBuilder {
  protected readonly steps: Step[] = [];
  protected readonly tensors = new Map<string, TensorDecl>();
  /** The rows that steps work on now. */
  protected rows: RowMap;

  constructor(
    protected readonly spec: ModelSpec,
    protected readonly sweep: Sweep,
  ) {
    this.rows = new RowMap(sweep.sequences);
  }

  protected dispatch<K extends KernelName>(
    kernel: K,
    label: string,
    buffers: readonly TensorRef[],
    params: Extract<DispatchStep, { kernel: K }>['params'],
    flops: number,
  ): void {
    this.steps.push({ type: 'dispatch', kernel, label, buffers, params, flops } as DispatchStep);
  }

  /** out [R, N] = act(a [R, K] W + b). */
  protected project(
    label: string,
    a: string,
    K: number,
    N: number,
    w: string,
    b: string,
    out: string,
    act: number,
  ): void {
    const rows = this.rows.count;
    const flops = 2 * rows * K * N;
    const buffers = [{ id: a }, { id: w }, { id: b }, { id: out }];
    if (K % 4 === 0 && N % 4 === 0) {
      this.dispatch('gemm', label, buffers, { row0: 0, rows, K, N, act }, flops);
      return;
    }
    this.dispatch(
      'gemm_any',
      label,
      buffers,
      {
        row0: 0,
        rows,
        K,
        N,
        act,
        hasBias: 1,
        aOffset: 0,
        aStride: K,
        aBatch: 0,
        wOffset: 0,
        wRow: N,
        wCol: 1,
        wBatch: 0,
        biasOffset: 0,
        biasBatch: 0,
        oOffset: 0,
        oStride: N,
        oBatch: 0,
        batches: 1,
      },
      flops,
    );
  }

  /** One product per head. */
  protected batched(
    label: string,
    a: string,
    w: string,
    b: string | null,
    out: string,
    shape: Record<
      | 'rows'
      | 'K'
      | 'N'
      | 'aStride'
      | 'aBatch'
      | 'wOffset'
      | 'wRow'
      | 'wBatch'
      | 'biasOffset'
      | 'biasBatch'
      | 'oStride'
      | 'oBatch',
      number
    >,
  ): void {
    const batches = this.spec.nHeads;
    this.dispatch(
      'gemm_any',
      label,
      [{ id: a }, { id: w }, { id: b ?? w }, { id: out }],
      {
        ...shape,
        row0: 0,
        act: ACT_NONE,
        hasBias: b === null ? 0 : 1,
        aOffset: 0,
        wCol: 1,
        oOffset: 0,
        batches,
      },
      2 * shape.rows * shape.K * shape.N * batches,
    );
  }

  protected copyRows(
    label: string,
    table: string,
    rows: number,
    from: TensorRef,
    srcStride: number,
    srcCol: number,
    to: string,
    dstStride: number,
    dstCol: number,
    width: number,
    srcBase: number,
    srcRows: number,
  ): void {
    this.dispatch(
      'copy_rows',
      label,
      [{ id: table }, from, { id: to }],
      { row0: 0, rows, width, dstStride, dstCol, srcStride, srcCol, srcBase, srcRows },
      0,
    );
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
