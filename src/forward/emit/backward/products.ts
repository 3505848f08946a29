/** Products backward: dX = dY W^T, which is a product with the same matrix in the other orientation. */
import { ACT } from '../../../gpu/kernels/matmul';
import { type Bound, type Ctx, dispatch, dispatchWeighted, scratch, unread } from '../context';
import { chunksOf, type HeadRows, type HeadWeights, PLAIN, projectHeads } from '../products';

export interface ProductBack {
  readonly label: string;
  /** The gradient of the product, [R, N]. */
  readonly g: Bound;
  /** Columns of the product's input and output. */
  readonly K: number;
  readonly N: number;
  readonly W: string;
  /** Receives the gradient of the input, [R, K]. */
  readonly out: Bound;
  /** Default: all. */
  readonly rows?: number;
}

/** out [R, K] = g [R, N] W^T. */
export function projectBack(ctx: Ctx, { label, g, K, N, W, out, rows = ctx.rows.count }: ProductBack): void {
  const shape = { row0: 0, rows, act: ACT.none, hasBias: 0 };
  const none = unread(ctx);
  if (ctx.spec.orientation === 'in-out' && W.startsWith('blocks.')) {
    const buffers = [g, W, none, out];
    const flops = 2 * rows * K * N;
    const to = { K: N, N: K, oOffset: 0, oStride: K };
    if (N % 4 === 0)
      dispatchWeighted(ctx, 'gemm_bt', { label, buffers, params: { ...shape, ...to, biasOffset: 0 }, flops });
    else
      dispatchWeighted(ctx, 'gemm_any', {
        label,
        buffers,
        params: { ...shape, ...PLAIN, ...to, aStride: N, wRow: 1, wCol: N },
        flops,
      });
    return;
  }
  // The matrix is split by outputs, so that each part gives a summand.
  for (const [i, { tensor, first, rows: n }] of chunksOf(ctx, W, N, K).entries()) {
    const to = i === 0 ? out : scratch(ctx, `g.part.${K}`, K);
    const buffers = [g, tensor, none, to];
    const flops = 2 * rows * K * n;
    if (n === N && N % 4 === 0 && K % 4 === 0) {
      const params = { ...shape, K: N, N: K, oStride: K, oOffset: 0 };
      dispatchWeighted(ctx, 'gemm', { label, buffers, params, flops });
    } else {
      const params = { ...shape, ...PLAIN, K: n, N: K, aOffset: first, aStride: N, wRow: K, wCol: 1 };
      dispatchWeighted(ctx, 'gemm_any', {
        label,
        buffers,
        params: { ...params, oStride: K },
        flops,
      });
    }
    if (i > 0)
      dispatch(ctx, 'add', {
        label: `${label} sum`,
        buffers: [to, out],
        params: { row0: 0, rows, width: K },
      });
  }
}

export interface HeadProductsBack {
  readonly label: string;
  readonly heads: number;
  /** As in the forward pass. */
  readonly W: HeadWeights;
  /** The gradients of the products, N columns per head. */
  readonly g: HeadRows;
  /** Receives those of the inputs, K columns per head. */
  readonly out: HeadRows;
  readonly K: number;
  readonly N: number;
}

/** For each head: out [R, K] = g [R, N] W^T. */
export function projectHeadsBack(ctx: Ctx, { W, g, K, N, ...rest }: HeadProductsBack): void {
  projectHeads(ctx, { ...rest, a: g, W: { ...W, row: W.col, col: W.row }, b: null, K: N, N: K });
}
