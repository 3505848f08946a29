/** Products with weights as steps: for whole rows, and for single heads. */
import { ACT } from '../../gpu/kernels/matmul';
import { type Chunk, chunkRows } from '../../weights/chunks';
import { type Bound, type Ctx, dispatchWeighted, unread } from './context';

/** How a weight of `rows` x `width` is split into buffers. */
export function chunksOf({ options }: Ctx, weight: string, rows: number, width: number): Chunk[] {
  const { maxBindingBytes, weightFormat = 'f32' } = options;
  return chunkRows(weight, rows, width, maxBindingBytes, weightFormat);
}

/** A weight that a step must bind whole. Throws if the adapter's limit has split it. */
export function wholeWeight(ctx: Ctx, weight: string, rows: number, width: number): string {
  const chunks = chunksOf(ctx, weight, rows, width);
  if (chunks.length === 1) return chunks[0]!.tensor;
  throw new Error(
    `plan: ${weight} is in ${chunks.length} parts, got a limit of ${ctx.options.maxBindingBytes} bytes per binding. ` +
      'Per-head inputs and results need it in one: keep the weights as f16, or use another adapter.',
  );
}

export interface Product {
  readonly label: string;
  readonly a: Bound;
  readonly K: number;
  readonly N: number;
  /** Stored in the model's orientation. */
  readonly W: string;
  /** Null for none. */
  readonly b: string | null;
  readonly out: string;
  /** A code from ACT; default: none. */
  readonly act?: number;
  /** Rows from where `a` is bound; default: all. */
  readonly rows?: number;
}

/** out [R, N] = act(a [R, K] W + b). */
export function project(ctx: Ctx, product: Product): void {
  const { label, a, K, N, W, b, out, act = ACT.none, rows = ctx.rows.count } = product;
  const bias = b ?? unread(ctx);
  const hasBias = Number(b !== null);
  const shape = { row0: 0, rows, K, act, hasBias };
  if (ctx.spec.orientation === 'in-out' && W.startsWith('blocks.')) {
    const flops = 2 * rows * K * N;
    const buffers = [a, W, bias, out];
    if (K % 4 === 0 && N % 4 === 0) {
      const params = { ...shape, N, oStride: N, oOffset: 0 };
      dispatchWeighted(ctx, 'gemm', { label, buffers, params, flops });
    } else {
      const params = { ...shape, N, ...PLAIN, aStride: K, wRow: N, wCol: 1, oStride: N };
      dispatchWeighted(ctx, 'gemm_any', { label, buffers, params, flops });
    }
    return;
  }
  for (const { tensor, first, rows: n } of chunksOf(ctx, W, N, K)) {
    const flops = 2 * rows * K * n;
    const buffers = [a, tensor, bias, out];
    const to = { N: n, biasOffset: hasBias * first, oOffset: first, oStride: N };
    if (K % 4 === 0) dispatchWeighted(ctx, 'gemm_bt', { label, buffers, params: { ...shape, ...to }, flops });
    else {
      const params = { ...shape, ...PLAIN, aStride: K, wRow: 1, wCol: K, ...to };
      dispatchWeighted(ctx, 'gemm_any', { label, buffers, params, flops });
    }
  }
}

/** Rows of a tensor, by head: row r of head h begins at element r*stride + h*head. */
export interface HeadRows {
  readonly tensor: string;
  readonly stride: number;
  readonly head: number;
}

/** Columns of a matrix, by head. */
export interface HeadWeights {
  readonly tensor: string;
  readonly first: number;
  readonly row: number;
  readonly col: number;
  readonly head: number;
}

export interface HeadProducts {
  readonly label: string;
  readonly heads: number;
  readonly a: HeadRows;
  readonly W: HeadWeights;
  readonly b: { readonly tensor: string; readonly first: number } | null;
  readonly out: HeadRows;
  readonly K: number;
  readonly N: number;
  /** Default: all. */
  readonly rows?: number;
}

/** `heads` products at once, each with its own columns of W: out [R, N] = a [R, K] W + b. */
export function projectHeads(ctx: Ctx, products: HeadProducts): void {
  const { label, heads, a, W, b, out, K, N, rows = ctx.rows.count } = products;
  dispatchWeighted(ctx, 'gemm_any', {
    label,
    buffers: [a.tensor, W.tensor, b?.tensor ?? unread(ctx), out.tensor],
    params: {
      ...PLAIN,
      row0: 0,
      rows,
      K,
      N,
      act: 0,
      hasBias: Number(b !== null),
      aStride: a.stride,
      aBatch: a.head,
      wOffset: W.first,
      wRow: W.row,
      wCol: W.col,
      wBatch: W.head,
      biasOffset: b?.first ?? 0,
      biasBatch: b === null ? 0 : N,
      oStride: out.stride,
      oBatch: out.head,
      batches: heads,
    },
    flops: 2 * rows * K * N * heads,
  });
}

/** Parameters for `gemm_any` as one plain product. */
export const PLAIN = {
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
