/**
 * Matrix products: f32 in, f32 accumulate, a 4x4 tile of outputs per thread, 32x32 per workgroup.
 * Each exists twice: for `w` in f32, and as `_f16` for packed halves (two per u32, the low half
 * first; offsets and strides still count elements). With hasBias 0, bias is not read: bind any
 * buffer that is not written.
 */
import { ceilDiv, inBothFormats, inputs, outputs, u32 } from './define';

/** Output rows and columns per workgroup. */
const TILE = 32;

/** Values of the `act` param, by `ActivationName`. */
export const ACT = { none: 0, gelu_new: 1, gelu: 2, silu: 3, relu: 4, quick_gelu: 5, tanh: 6 } as const;

export const ACTIVATION = ['finite', 'soft_cap', 'activation'];

export const PRODUCTS = {
  /**
   * out[r*oStride + oOffset + n] = act(a [R,K] w [K,N] + (hasBias ? bias [N] : 0)). K, N, oStride and
   * oOffset must be multiples of 4.
   */
  ...inBothFormats('gemm', {
    preludes: ACTIVATION,
    storage: [...inputs('a', 'w', 'bias'), ...outputs('out')],
    params: u32('K', 'N', 'act', 'hasBias', 'oStride', 'oOffset'),
    workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), 1],
    rowQuantum: TILE,
  }),

  /**
   * out[r*oStride + oOffset + n] = act(a [R,K] w [N,K]^T + (hasBias ? bias[biasOffset + n] : 0)). K
   * must be a multiple of 4; N is arbitrary.
   */
  ...inBothFormats('gemm_bt', {
    preludes: ACTIVATION,
    storage: [...inputs('a', 'w', 'bias'), ...outputs('out')],
    params: u32('K', 'N', 'act', 'hasBias', 'biasOffset', 'oOffset', 'oStride'),
    workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), 1],
    rowQuantum: TILE,
  }),

  /**
   * Any shape, strided and batched (all strides in elements):
   * out[oOffset + b*oBatch + r*oStride + n] =
   *   act(sum_k a[aOffset + b*aBatch + r*aStride + k] * w[wOffset + g*wBatch + k*wRow + n*wCol]
   *       + (hasBias ? bias[biasOffset + g*biasBatch + n] : 0)), g = floor(b / wBatchDiv), wBatchDiv >= 1.
   */
  ...inBothFormats('gemm_any', {
    preludes: ACTIVATION,
    storage: [...inputs('a', 'w', 'bias'), ...outputs('out')],
    params: [
      ...u32('K', 'N', 'act', 'hasBias', 'aOffset', 'aStride', 'aBatch'),
      ...u32('wOffset', 'wRow', 'wCol', 'wBatch', 'biasOffset', 'biasBatch'),
      ...u32('oOffset', 'oStride', 'oBatch', 'batches', 'wBatchDiv'),
    ],
    workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), p.batches],
    rowQuantum: TILE,
  }),
};
