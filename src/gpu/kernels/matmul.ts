/** Matrix products: f32 in, f32 accumulate, one 4x4 tile of outputs per thread, 32x32 per workgroup. */

import gemmSource from '../../../shaders/gemm.wgsl?raw';
import gemmAnySource from '../../../shaders/gemm_any.wgsl?raw';
import gemmBtSource from '../../../shaders/gemm_bt.wgsl?raw';
import { ceilDiv, input, kernel, output } from './define';

/** Rows and columns of outputs per workgroup. */
const TILE = 32;

/** Values of the `act` param. */
export const ACT_NONE = 0;
export const ACT_GELU_NEW = 1;

/** out [R,N] = act(a [R,K] w [K,N] + bias [N]). Needs K % 4 == 0 and N % 4 == 0. */
export const gemm = kernel({
  name: 'gemm',
  source: gemmSource,
  storage: [input('a'), input('w'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['K', 'u32'],
    ['N', 'u32'],
    ['act', 'u32'],
  ],
  workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), 1],
  rowQuantum: TILE,
});

/** out [R, oOffset + oStride*r + n] = a [R,K] w [N,K]^T, no bias. Needs K % 4 == 0. The unembedding. */
export const gemm_bt = kernel({
  name: 'gemm_bt',
  source: gemmBtSource,
  storage: [input('a'), input('w'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['K', 'u32'],
    ['N', 'u32'],
    ['oOffset', 'u32'],
    ['oStride', 'u32'],
  ],
  workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), 1],
  rowQuantum: TILE,
});

/**
 * Any shape, strided and batched (all strides in elements):
 * out[oOffset + b*oBatch + r*oStride + n] =
 *   act(sum_k a[aOffset + b*aBatch + r*aStride + k] * w[wOffset + b*wBatch + k*wRow + n*wCol]
 *       + (hasBias ? bias[biasOffset + b*biasBatch + n] : 0)).
 * With hasBias 0 bind `w` as bias: it is not read.
 */
export const gemm_any = kernel({
  name: 'gemm_any',
  source: gemmAnySource,
  storage: [input('a'), input('w'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['K', 'u32'],
    ['N', 'u32'],
    ['act', 'u32'],
    ['hasBias', 'u32'],
    ['aOffset', 'u32'],
    ['aStride', 'u32'],
    ['aBatch', 'u32'],
    ['wOffset', 'u32'],
    ['wRow', 'u32'],
    ['wCol', 'u32'],
    ['wBatch', 'u32'],
    ['biasOffset', 'u32'],
    ['biasBatch', 'u32'],
    ['oOffset', 'u32'],
    ['oStride', 'u32'],
    ['oBatch', 'u32'],
    ['batches', 'u32'],
  ],
  workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), p.batches],
  rowQuantum: TILE,
});
