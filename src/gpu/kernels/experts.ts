/** Kernels for mixtures of experts. Shapes: R rows, X experts, A active ones per row. */

import chooseSource from '../../../shaders/choose.wgsl?raw';
import gemmExpertsSource from '../../../shaders/gemm_experts.wgsl?raw';
import expertSource from '../../../shaders/lib/expert.wgsl?raw';
import mixExpertsSource from '../../../shaders/mix_experts.wgsl?raw';
import { ceilDiv, finite, inBothFormats, input, kernel, output, perElement } from './define';

const expert = [finite, { file: 'lib/expert', source: expertSource }];

/** chosen [R,A]: indices of the A largest of weights [R,X], largest first; ties by lower index. */
export const choose = kernel({
  name: 'choose',
  source: chooseSource,
  preludes: [finite],
  storage: [input('weights'), output('chosen')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['X', 'u32'],
    ['A', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows),
  rowQuantum: 1,
});

/**
 * out[r,j,n] = sum_k a[r (, j)] [k] * w[wOffset + e*wExpert + k*wRow + n*wCol - wBegin]
 *            + (hasBias ? bias[bOffset + e*bExpert + n*bCol] : 0), e = chosen[r,j];
 * written only if the first weight is among the wSize bound elements from wBegin on. a is [R,K], or
 * [R,A,K] if perChoice is 1.
 */
export const [gemm_experts, gemm_experts_f16] = inBothFormats({
  name: 'gemm_experts',
  source: gemmExpertsSource,
  preludes: expert,
  storage: [input('chosen'), input('a'), input('w'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['K', 'u32'],
    ['N', 'u32'],
    ['X', 'u32'],
    ['A', 'u32'],
    ['perChoice', 'u32'],
    ['wOffset', 'u32'],
    ['wExpert', 'u32'],
    ['wRow', 'u32'],
    ['wCol', 'u32'],
    ['wBegin', 'u32'],
    ['wSize', 'u32'],
    ['hasBias', 'u32'],
    ['bOffset', 'u32'],
    ['bExpert', 'u32'],
    ['bCol', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.A * ceilDiv(p.N, 4)),
  rowQuantum: 1,
});

/**
 * out[r] = sum_j weights[r, e_j] y[r,j], e_j = chosen[r,j]; the weights are divided by their sum if
 * renormalised is 1.
 */
export const mix_experts = kernel({
  name: 'mix_experts',
  source: mixExpertsSource,
  preludes: expert,
  storage: [input('weights'), input('chosen'), input('y'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['D', 'u32'],
    ['X', 'u32'],
    ['A', 'u32'],
    ['renormalised', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.D),
  rowQuantum: 1,
});
