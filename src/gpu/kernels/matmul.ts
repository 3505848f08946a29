/**
 * Matrix products: f32 in, f32 accumulate, a 4x4 tile of outputs per thread, 32x32 per workgroup.
 * Each exists twice: for `w` in f32, and as `_f16` for packed halves (two per u32, the low half
 * first; offsets and strides still count elements). With hasBias 0, bias is not read: bind any
 * buffer that is not written.
 */

import gemmSource from '../../../shaders/gemm.wgsl?raw';
import gemmAnySource from '../../../shaders/gemm_any.wgsl?raw';
import gemmBtSource from '../../../shaders/gemm_bt.wgsl?raw';
import activationSource from '../../../shaders/lib/activation.wgsl?raw';
import softCapSource from '../../../shaders/lib/soft_cap.wgsl?raw';
import { ceilDiv, finite, inBothFormats, input, output } from './define';

/** Output rows and columns per workgroup. */
const TILE = 32;

/** Values of the `act` param, by `ActivationName`. */
export const ACT = { none: 0, gelu_new: 1, gelu: 2, silu: 3, relu: 4, quick_gelu: 5, tanh: 6 } as const;

export const activation = [
  finite,
  { file: 'lib/soft_cap', source: softCapSource },
  { file: 'lib/activation', source: activationSource },
];

/**
 * out[r*oStride + oOffset + n] = act(a [R,K] w [K,N] + (hasBias ? bias [N] : 0)). K, N, oStride and
 * oOffset must be multiples of 4.
 */
export const [gemm, gemm_f16] = inBothFormats({
  name: 'gemm',
  source: gemmSource,
  preludes: activation,
  storage: [input('a'), input('w'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['K', 'u32'],
    ['N', 'u32'],
    ['act', 'u32'],
    ['hasBias', 'u32'],
    ['oStride', 'u32'],
    ['oOffset', 'u32'],
  ],
  workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), 1],
  rowQuantum: TILE,
});

/**
 * out[r*oStride + oOffset + n] = act(a [R,K] w [N,K]^T + (hasBias ? bias[biasOffset + n] : 0)). K
 * must be a multiple of 4; N is arbitrary.
 */
export const [gemm_bt, gemm_bt_f16] = inBothFormats({
  name: 'gemm_bt',
  source: gemmBtSource,
  preludes: activation,
  storage: [input('a'), input('w'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['K', 'u32'],
    ['N', 'u32'],
    ['act', 'u32'],
    ['hasBias', 'u32'],
    ['biasOffset', 'u32'],
    ['oOffset', 'u32'],
    ['oStride', 'u32'],
  ],
  workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), 1],
  rowQuantum: TILE,
});

/**
 * Any shape, strided and batched (all strides in elements):
 * out[oOffset + b*oBatch + r*oStride + n] =
 *   act(sum_k a[aOffset + b*aBatch + r*aStride + k] * w[wOffset + g*wBatch + k*wRow + n*wCol]
 *       + (hasBias ? bias[biasOffset + g*biasBatch + n] : 0)), g = floor(b / wBatchDiv), wBatchDiv >= 1.
 */
export const [gemm_any, gemm_any_f16] = inBothFormats({
  name: 'gemm_any',
  source: gemmAnySource,
  preludes: activation,
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
    ['wBatchDiv', 'u32'],
  ],
  workgroups: (p) => [ceilDiv(p.N, TILE), ceilDiv(p.rows, TILE), p.batches],
  rowQuantum: TILE,
});
